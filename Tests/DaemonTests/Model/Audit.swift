@testable import Daemon

/// Looks at each transaction at the moment when it is decided that it has happened: its effects have to be those of the
/// records that its offsets move past, all of them and no others.
final class Audit {
    private unowned let schedule: Schedule
    private var kafka: ModelKafka { schedule.kafka }
    /// Up to where the inputs have been handled, by what is decided.
    private(set) var handled: [ModelPartition: Int] = [:]
    private var fired: Set<String> = []

    init(_ schedule: Schedule) { self.schedule = schedule }

    func look(at transaction: ModelTransaction) {
        if transaction.offsets.isEmpty { schedule.fail("\(transaction.producer) has committed without offsets") }
        if transaction.isUnfenced { schedule.fail("\(transaction.producer) has committed without a membership") }
        if transaction.isPassed { schedule.fail("\(transaction.producer) has committed what a file has gone past") }
        var expected: [String] = []
        for (place, next) in transaction.offsets.sorted(by: {
            ($0.key.topic, $0.key.partition) < ($1.key.topic, $1.key.partition)
        }) {
            let from = handled[place] ?? 0
            if next < from { schedule.fail("\(transaction.producer) moves \(place) back from \(from) to \(next)") }
            handled[place] = next
            guard from < next else { continue }
            for offset in from..<min(next, kafka.high(place)) { expected += effects(of: place, offset) }
        }
        let actual = found(in: transaction)
        guard expected.sorted() != actual.sorted() else { return }
        var (missing, surplus) = (expected, actual)
        for item in actual { if let index = missing.firstIndex(of: item) { missing.remove(at: index) } }
        for item in expected { if let index = surplus.firstIndex(of: item) { surplus.remove(at: index) } }
        schedule.fail(
            "transaction \(transaction.number) of \(transaction.producer), offsets \(transaction.offsets): missing \(missing), "
                + "too much \(surplus)")
    }

    private func effects(of place: ModelPartition, _ offset: Int) -> [String] {
        let entry = kafka.entry(place, offset)
        guard kafka.hasHappened(entry), let meaning = schedule.inputs.meanings[entry.text] else { return [] }
        let source = "\(ModelKafka.topics[place.topic])-\(place.partition)-\(offset)"
        if let user = meaning.user {
            let home = Inputs.home(of: user, kafka.partitions)
            if home != place.partition { return ["forward to \(home): \(entry.text)"] }
        }
        switch meaning {
        case .add(let user): return ["event in \(place.partition): \(source)-0", "row sums/\(user)"]
        case .later(let user): return ["timer \(user)"]
        case .refused, .malformed: return ["letter \(source)"]
        }
    }

    private func found(in transaction: ModelTransaction) -> [String] {
        var (found, woken, deleted): ([String], Int, Int) = ([], 0, 0)
        for (place, offset) in transaction.records {
            let entry = kafka.entry(place, offset)
            switch place.topic {
            case ModelKafka.copies: found.append("forward to \(place.partition): \(entry.text)")
            case ModelKafka.deadLetters: found.append("letter \(entry.header("deadletter.source") ?? "?")")
            case ModelKafka.events:
                let id = entry.header("id") ?? "?"
                guard id.hasPrefix("timer-") else {
                    found.append("event in \(place.partition): \(id)")
                    continue
                }
                woken += 1
                kafka.count.timers += 1
                if !fired.insert(entry.keyText).inserted { schedule.fail("\(id) has fired twice") }
            default:
                let key = entry.keyText
                if key == Changelog.positionsKey {
                    check(entry.text, place.partition, transaction)
                } else if !key.hasPrefix("timers/") {
                    found.append("row \(key)")
                } else if entry.value == nil {
                    deleted += 1
                } else {
                    found.append("timer \(key.split(separator: "/").last ?? "?")")
                }
            }
        }
        if woken != deleted { schedule.fail("\(woken) timers have fired and \(deleted) are gone") }
        return found
    }

    /// The row that says how far a shard has come in its inputs agrees with the offsets, and is the last of its
    /// transaction.
    private func check(_ row: String, _ partition: Int, _ transaction: ModelTransaction) {
        let next = ModelKafka.inputs.map { transaction.offsets[ModelPartition(topic: $0, partition: partition)] ?? -1 }
        if !row.contains("\"next\":[\(next.map(String.init).joined(separator: ","))]") {
            schedule.fail("the offsets are \(next), and the row says \(row)")
        }
        let last = transaction.records.last {
            $0.place.topic == ModelKafka.changelog && $0.place.partition == partition
        }
        if let last, kafka.entry(last.place, last.offset).keyText != Changelog.positionsKey {
            schedule.fail("partition \(partition) of \(transaction.producer) does not end in its inputs")
        }
    }

    func hasFired(_ user: String) -> Bool { fired.contains(user) }
}
