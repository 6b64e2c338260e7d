import Contracts
import Daemon
import JSON
import Kafka

/// Asks the context that has refused records to handle them again: for each dead letter a `Replay` goes to its
/// commands, into the dead letter's partition, whose daemon reads the dead letter itself. So whoever replays can write
/// commands, and still make nobody say more than the refused record did. Each transaction carries the replays together
/// with how far the dead letters have been looked at, as offsets of a group of its own, and is fenced by its
/// membership: what has been looked at once is not asked for again, however often and from how many places a replay is
/// started, killed or repeated.
struct DeadLetterReplay {
    /// What became of them.
    struct Outcome {
        var sent = 0
        /// New ones that were not selected: later replays do not look at them by themselves.
        var passedOver = 0
        /// Selected ones that cannot be handled again. One of them must not keep the others from it.
        var leftOut: [DeadLetter.Obstacle: Int] = [:]
    }

    struct Trouble: Error, CustomStringConvertible { let description: String }

    private static let deadLettersATransaction = 500
    private static let timeout = Duration.seconds(30)

    let context: Context
    let properties: [String: String]
    let selection: DeadLetterSelection
    /// From the oldest on, whatever was looked at before.
    let isAll: Bool
    /// Names the group, and the producer too: two replays at a time fence each other.
    private let group: String

    init(_ context: Context, _ properties: [String: String], _ selection: DeadLetterSelection, isAll: Bool) {
        (self.context, self.properties, self.selection, self.isAll) = (context, properties, selection, isAll)
        group = "\(context.deadLetters).replay"
    }

    /// Tells each letter to `show`, and asks for it unless this is a rehearsal.
    func run(isRehearsal: Bool, _ show: (DeadLetter) -> Void) throws -> Outcome {
        let reader = DeadLetterReader(topic: context.deadLetters, properties: properties)
        let admin = try Admin(properties, log: LogOptions.forTools)
        let oldest = try reader.beginnings(admin)
        if isRehearsal { return try rehearse(reader, admin, oldest, show) }
        // Ends what an earlier one has left open; only then are the offsets certain.
        let producer = try TransactionalProducer(
            properties.merging(["transactional.id": group]) { $1 }, log: LogOptions.forTools)
        let commands = try producer.topic(context.commands)
        let member = try join(partitions: oldest.count)
        let new = try positions(admin, oldest)
        var next = new
        var outcome = Outcome()
        var waiting: [DeadLetter] = []
        func flush() throws {
            try serve(member)
            try send(waiting, next, producer, commands, member)
            outcome.sent += waiting.count
            waiting.removeAll()
        }
        let ends = try reader.run(from: isAll || isSingle ? oldest : new) { deadLetter in
            var selected: DeadLetter?
            take(deadLetter, new, &outcome) { selected = $0 }
            if let selected {
                show(selected)
                waiting.append(selected)
            }
            if !isSingle { next[deadLetter.partition] = max(next[deadLetter.partition] ?? 0, deadLetter.offset + 1) }
            if waiting.count >= Self.deadLettersATransaction { try flush() }
        }
        if !isSingle { next.merge(ends) { max($0, $1) } }
        if !waiting.isEmpty || next != new { try flush() }
        return outcome
    }

    private func rehearse(
        _ reader: DeadLetterReader, _ admin: Admin, _ oldest: [Int32: Int64], _ show: (DeadLetter) -> Void
    ) throws -> Outcome {
        var outcome = Outcome()
        let new = try positions(admin, oldest)
        _ = try reader.run(from: isAll || isSingle ? oldest : new) { deadLetter in
            take(deadLetter, new, &outcome) { show($0) }
        }
        return outcome
    }

    /// Asks for these in one transaction, with how far the dead letters have been looked at.
    private func send(
        _ deadLetters: [DeadLetter], _ next: [Int32: Int64], _ producer: TransactionalProducer,
        _ commands: TransactionalProducer.Topic, _ member: Consumer
    ) throws(KafkaError) {
        try producer.begin()
        do throws(KafkaError) {
            for deadLetter in deadLetters { try send(deadLetter, producer, commands) }
            try producer.sendOffsets(
                next.map { TopicPartition(context.deadLetters, $0.key, offset: $0.value) }, member.groupMetadata())
            try producer.commit()
        } catch {
            if error.severity == .abortable { try producer.abort() }
            throw error
        }
    }

    /// Picked by hand: the others stay as they are.
    private var isSingle: Bool { selection.partition != nil }

    private func take(
        _ deadLetter: DeadLetter, _ new: [Int32: Int64], _ outcome: inout Outcome, _ body: (DeadLetter) -> Void
    ) {
        if selection.takes(deadLetter) {
            if let obstacle = deadLetter.obstacle(in: context) {
                outcome.leftOut[obstacle, default: 0] += 1
            } else {
                body(deadLetter)
            }
        } else if !isSingle, deadLetter.offset >= new[deadLetter.partition] ?? 0 {
            outcome.passedOver += 1
        }
    }

    /// How far dead letters have been looked at; where none have, the oldest offset.
    private func positions(_ admin: Admin, _ oldest: [Int32: Int64]) throws -> [Int32: Int64] {
        let partitions = oldest.keys.sorted()
        let committed = try admin.committed(group: group, partitions.map { TopicPartition(context.deadLetters, $0) })
        var positions = oldest
        for (partition, offset) in zip(partitions, committed) {
            if let offset { positions[partition] = max(offset, oldest[partition] ?? 0) }
        }
        return positions
    }

    /// Becomes the group's only member. It reads nothing: it is there for its generation.
    private func join(partitions: Int) throws -> Consumer {
        let consumer = try Consumer(
            properties.merging(["group.id": group, "session.timeout.ms": "10000"]) { $1 },
            topics: [context.deadLetters], log: LogOptions.forTools)
        let deadline = ContinuousClock.now + Self.timeout
        while ContinuousClock.now < deadline {
            switch consumer.next(milliseconds: 100) {
            case .assigned(let given):
                try consumer.assign([])
                guard given.count == partitions else { throw Self.another }
                return consumer
            case .revoked: try consumer.unassign()
            case .failure(let error): if error.severity == .fatal { throw error }
            case .record: break
            case nil: break
            }
        }
        throw Trouble(description: "cannot join the group \(group): is Kafka running, and is another replay running?")
    }

    /// Keeps the membership alive, and looks whether it still holds.
    private func serve(_ member: Consumer) throws {
        switch member.next(milliseconds: 0) {
        case .revoked: throw Self.another
        case .assigned: throw Self.another
        case .failure(let error): if error.severity == .fatal { throw error }
        case .record: break
        case nil: break
        }
    }

    private static var another: Trouble {
        Trouble(description: "another replay of this context is running: wait until it ends and start again")
    }

    private func send(
        _ deadLetter: DeadLetter, _ producer: TransactionalProducer, _ topic: TransactionalProducer.Topic
    ) throws(KafkaError) {
        let replay = Replay(partition: deadLetter.partition, offset: deadLetter.offset)
        let headers = Headers(capacity: 1)
        headers.add("type", Replay.type.bytes)
        var json = JSONWriter()
        _ = json.message(replay, at: .current)
        // Without a key: it is at home in the dead letter's partition, whatever that dead letter's key is.
        try producer.produce(topic, deadLetter.partition, key: nil, value: json.bytes, headers: headers)
    }
}
