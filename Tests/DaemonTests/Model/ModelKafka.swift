import Kafka
import KafkaTesting

/// A Kafka as the loop sees one: logs, a group, committed offsets, transactions with their coordinator. It answers at
/// once; that answers are late, lost or never come is the clients' part.
final class ModelKafka {
    static let topics = [
        "model.commands", "model.internal", "other.events", "model.events", "model.changelog", "model.deadletters",
        "other.history",
    ]
    static let (commands, copies, others, events, changelog, deadLetters, history) = (0, 1, 2, 3, 4, 5, 6)
    /// As a daemon has them.
    static let inputs = [commands, copies, others, history]
    /// What the group assigns.
    static let shared = [commands, copies, others]
    /// What others write.
    static let written = [commands, others, history]
    static let transactionTimeout: Int64 = 10_000

    let partitions: Int
    /// In ms. A short one lets others take over while a transaction is open still.
    private let sessionTimeout: Int64
    private(set) var logs: [[ModelLog]]
    var transactions: [ModelTransaction] = []
    var producers: [String: ModelProducerName] = [:]
    var group: ModelGroup
    var offsets: [ModelPartition: Int] = [:]
    /// Requests to end a transaction that are on their way still, though nobody waits for their answer any more.
    var late: [LateEnd] = []
    /// In ms.
    var time: Int64 = 0
    /// Looks at a transaction at the moment when it is decided that it has happened.
    var onCommit: (ModelTransaction) -> Void = { _ in }
    var count = Counts()

    init(partitions: Int, sessionTimeout: Int64) {
        (self.partitions, self.sessionTimeout) = (partitions, sessionTimeout)
        group = ModelGroup(partitions: partitions)
        logs = Self.topics.map { _ in Array(repeating: ModelLog(), count: partitions) }
    }

    static func topic(_ name: String) -> Int {
        guard let topic = topics.firstIndex(of: name) else { preconditionFailure("the model has no topic \(name)") }
        return topic
    }

    func place(_ item: TopicPartition) -> ModelPartition {
        ModelPartition(topic: Self.topic(item.topic), partition: Int(item.partition))
    }

    // MARK: Records

    func log(_ place: ModelPartition) -> ModelLog { logs[place.topic][place.partition] }
    func entry(_ place: ModelPartition, _ offset: Int) -> ModelLog.Entry {
        logs[place.topic][place.partition].entries[offset]
    }
    /// As a client gives it.
    func record(_ place: ModelPartition, _ offset: Int) -> Record {
        let entry = entry(place, offset)
        let headers = Headers()
        for (name, value) in entry.headers { value.map { headers.add(name, $0.span) } ?? headers.add(name, nil) }
        return Record(
            topic: Self.topics[place.topic], topicID: UInt(place.topic + 1), partition: Int32(place.partition),
            offset: Int64(offset), timestamp: entry.time, key: entry.key, value: entry.value, headers: headers)
    }

    func high(_ place: ModelPartition) -> Int { logs[place.topic][place.partition].high }
    func stable(_ place: ModelPartition) -> Int { logs[place.topic][place.partition].stable }

    @discardableResult
    func append(_ entry: ModelLog.Entry, to place: ModelPartition) -> Int {
        logs[place.topic][place.partition].append(entry)
    }

    func endLog(_ place: ModelPartition, _ transaction: Int) { logs[place.topic][place.partition].end(transaction) }

    /// Whether a record has happened, as far as that is decided: its transaction's end may be on its way still.
    func hasHappened(_ entry: ModelLog.Entry) -> Bool {
        guard !entry.isMarker else { return false }
        guard let transaction = entry.transaction else { return true }
        return transactions[transaction].hasHappened
    }

    /// The next record that a reader of what is committed is shown, from an offset on; and where reading has come
    /// without one.
    func nextShown(_ place: ModelPartition, from offset: Int) -> (offset: Int?, position: Int) {
        let end = stable(place)
        var position = offset
        while position < end {
            if hasHappened(entry(place, position)) { return (position, position + 1) }
            position += 1
        }
        return (nil, max(position, offset))
    }

    /// The records of a partition that have happened, with their offsets.
    func happened(_ place: ModelPartition) -> [(offset: Int, entry: ModelLog.Entry)] {
        log(place).entries.enumerated().filter { hasHappened($0.element) }.map { ($0.offset, $0.element) }
    }

    // MARK: Time

    /// Ends what has lasted too long.
    func tick() {
        for (name, producer) in producers.sorted(by: { $0.key < $1.key }) {
            guard let current = producer.current, transactions[current].state == .open,
                time - transactions[current].began > Self.transactionTimeout
            else { continue }
            // Whoever began it is fenced.
            producers[name]?.epoch += 1
            count.timeouts += 1
            decide(current, commit: false)
        }
        group.expire(before: time - sessionTimeout)
    }
}
