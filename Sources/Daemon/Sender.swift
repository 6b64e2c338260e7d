import Contracts
import JSON
import Kafka
import Telemetry
import Workers

/// The daemon's transactional producer and the topics it writes to. When the outcome of a transaction is unknown it is thrown
/// away whole and made anew: a late answer cannot end up in another transaction.
final class Sender {
    let producer: any TransactionWriter
    private let changelog: TransactionalProducer.Topic
    private let events: TransactionalProducer.Topic
    private let commands: TransactionalProducer.Topic
    private let deadLetters: TransactionalProducer.Topic
    /// Reused: the id of the record's first event without its number, then with it.
    private var id: [UInt8] = []
    private var said = Said()

    /// Reused: the trace that was said last, as it is written. All events of a record say the same.
    private struct Said {
        private var trace: TraceParent?
        private(set) var bytes: [UInt8] = []

        mutating func say(_ trace: TraceParent) {
            guard trace != self.trace else { return }
            self.trace = trace
            bytes.removeAll(keepingCapacity: true)
            trace.write(to: &bytes)
        }
    }

    /// With a producer that is new: making it has ended what a predecessor of its id has left open.
    init(_ context: Context, _ producer: any TransactionWriter) throws(KafkaError) {
        let changelog = try producer.topic(context.changelog)
        let events = try producer.topic(context.events)
        let commands = try producer.topic(context.commands)
        let deadLetters = try producer.topic(context.deadLetters)
        (self.changelog, self.events, self.commands, self.deadLetters) = (changelog, events, commands, deadLetters)
        self.producer = producer
    }

    /// What a record of ours may take: topics take at least `TopicCheck.recordBytes`, headers and the batch around it included.
    private static let limit = 900_000

    /// Whether Kafka takes all that the transaction says. What it does not take would fail again and again.
    static func fits(_ transaction: Transaction) -> Bool {
        if transaction.effects.json.count <= limit { return true }
        return transaction.effects.list.allSatisfy { $0.key.count + $0.value.count <= limit }
    }

    static var doesNotFit: Rejection {
        .refused("what follows from it is larger than \(limit) bytes, which Kafka does not take")
    }

    /// Writes what a record or timer does into the shard's file and into the open transaction.
    /// - Returns: how many messages that were.
    func carryOut(_ transaction: Transaction, _ shard: Shard) throws -> Int {
        var messages = 0
        try transaction.effects.lendEach { effect, key, rowKey, value in
            switch effect.kind {
            case .put:
                try shard.put(table: effect.table, key: rowKey, value: value)
                CrashPoint.reach(.rowWritten)
                try producer.produce(changelog, shard.partition, key: key, row: value)
                CrashPoint.reach(.rowProduced)
            case .delete:
                try shard.delete(table: effect.table, key: rowKey)
                try producer.produce(changelog, shard.partition, key: key, row: nil)
            case .event, .command:
                let headers = Self.headers(effect, transaction, messages, &id, &said)
                messages += 1
                let topic = effect.kind == .event ? events : commands
                try producer.produce(topic, effect.partition, key: key, value: value, headers: headers)
                CrashPoint.reach(.eventProduced)
            case .deadLetter:
                let letter = transaction.effects.letters[effect.letter]
                let record = letter.record
                let headers = Headers(capacity: 6)
                if let type = record.type { headers.add("type", type) }
                if let trace = record.trace { headers.add(TraceParent.header, trace.description.utf8.span) }
                Self.explain(letter.rejection, "\(record.topic)-\(record.partition)-\(record.offset)", headers)
                headers.add(DeadLetterHeader.time, "\(record.time.milliseconds)")
                try producer.produce(
                    deadLetters, shard.partition, key: record.key == nil ? nil : key, value: value, headers: headers)
            }
        }
        return messages
    }

    /// Keeps a record that has no effect, unchanged, in the transaction that moves past it.
    func bury(_ record: borrowing Record, _ rejection: Rejection) throws(KafkaError) {
        let source = "\(record.topic)-\(record.partition)-\(record.offset)"
        guard Self.size(of: record) + rejection.reason.utf8.count <= Self.letterLimit else {
            // It was compressed on its way here. Better its beginning in the letters than a daemon that stands still.
            let headers = Headers(capacity: 5)
            if let trace = record.header(TraceParent.header) { headers.add(TraceParent.header, trace) }
            Self.explain(rejection, source, headers)
            let (keySize, valueSize) = (record.key?.count ?? 0, record.value?.count ?? 0)
            headers.add(DeadLetterHeader.cut, "key of \(keySize) bytes, value of \(valueSize) bytes")
            let (key, value) = (Self.beginning(of: record.key), Self.beginning(of: record.value))
            return try producer.produce(
                deadLetters, record.partition, key: key.span, value: value.span, headers: headers)
        }
        let headers = record.copyHeaders()
        // A letter that is buried again says what happened last.
        for name in DeadLetterHeader.all { headers.remove(name) }
        Self.explain(rejection, source, headers)
        // Its own time is said in words: a letter as old as its record might be gone before anybody has read it.
        if let time = record.timestamp { headers.add(DeadLetterHeader.time, "\(time)") }
        try producer.produce(deadLetters, record.partition, key: record.key, value: record.value, headers: headers)
    }

    private static func beginning(of bytes: Span<UInt8>?) -> [UInt8] {
        guard let bytes else { return [] }
        return (0..<min(bytes.count, letterLimit / 2)).map { bytes[$0] }
    }

    private static let letterLimit = TopicCheck.deadLetterBytes - 65_536

    /// With its headers, each of which takes some bytes more.
    private static func size(of record: borrowing Record) -> Int {
        var size = (record.key?.count ?? 0) + (record.value?.count ?? 0)
        record.forEachHeader { size += $0.utf8.count + ($1?.count ?? 0) + 16 }
        return size
    }

    /// Whether the commands take a record that has to go elsewhere. It may have been compressed on its way here.
    static func canForward(_ record: borrowing Record) -> Bool { size(of: record) <= limit }

    /// Sends a record to the partition where it belongs, unchanged and with its own time.
    func forward(_ record: borrowing Record, to partition: Int32) throws(KafkaError) {
        try producer.produce(
            commands, partition, key: record.key, value: record.value, headers: record.copyHeaders(),
            at: record.timestamp ?? 0)
    }

    private static func explain(_ rejection: Rejection, _ source: String, _ headers: borrowing Headers) {
        headers.add(DeadLetterHeader.kind, rejection.kind.rawValue)
        headers.add(DeadLetterHeader.reason, rejection.reason)
        headers.add(DeadLetterHeader.source, source)
    }

    /// `type`, the `id` that is the same when the record is worked on again, and the trace if there is one.
    private static func headers(
        _ effect: Effects.Effect, _ transaction: Transaction, _ index: Int, _ id: inout [UInt8], _ said: inout Said
    ) -> Headers {
        let headers = Headers(capacity: 3)
        if let type = effect.type { headers.add("type", type.bytes) }
        if index == 0 {
            id.removeAll(keepingCapacity: true)
            transaction.writeID(to: &id)
        }
        let length = id.count
        id.append(UInt8(ascii: "-"))
        id.append(decimal: Int64(index))
        headers.add("id", id.span)
        if let trace = transaction.effects.trace(of: effect) {
            said.say(trace)
            headers.add(TraceParent.header, said.bytes.span)
        }
        id.removeLast(id.count - length)
        return headers
    }
}

/// What stands in the headers of a dead letter beside its own.
package enum DeadLetterHeader {
    package static let kind = "deadletter.kind"
    package static let reason = "deadletter.reason"
    /// topic-partition-offset.
    package static let source = "deadletter.source"
    /// The record's own time, in ms since 1970.
    package static let time = "deadletter.time"
    /// Only where the record was too large to be kept whole: what it was. It lies at its source still.
    package static let cut = "deadletter.cut"
    package static let all = [kind, reason, source, time, cut]
}
