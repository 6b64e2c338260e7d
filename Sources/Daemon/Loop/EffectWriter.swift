import Contracts
import JSON
import Kafka
import Telemetry
import Workers

/// Writes what records and timers have done: rows into the shard's file and the changelog, messages, dead letters,
/// forwarded copies. It has the daemon's transactional producer and the topics that it writes to. When the outcome of a
/// transaction is unknown it is dropped with its producer, so that a late answer cannot end up in another transaction.
final class EffectWriter {
    let producer: any TransactionWriter
    private let changelog: TransactionalProducer.Topic
    let events: TransactionalProducer.Topic
    let `internal`: TransactionalProducer.Topic
    let deadLetters: TransactionalProducer.Topic
    /// Other contexts' topics among the worker's outputs, by their place there.
    private let outside: [Int: TransactionalProducer.Topic]
    /// Reused: the id of the record's first event without its number, then with it.
    private var id: [UInt8] = []
    private var trace = TraceText()

    /// Reused: the last trace as its header has it. All events of a record have the same.
    private struct TraceText {
        private var trace: TraceParent?
        private(set) var bytes: [UInt8] = []

        mutating func set(_ trace: TraceParent) {
            guard trace != self.trace else { return }
            self.trace = trace
            bytes.removeAll(keepingCapacity: true)
            trace.write(to: &bytes)
        }
    }

    /// With a producer that is new: making it has ended what a predecessor of its id has left open.
    /// - Parameters:
    ///   - outputs: the worker's.
    ///   - isMixed: whether what the context sends to itself goes to the commands, where version 0.1.0 reads it.
    init(
        _ context: Context, _ producer: any TransactionWriter, outputs: [Topic] = [], isMixed: Bool = false
    ) throws(KafkaError) {
        let changelog = try producer.topic(context.changelog)
        let events = try producer.topic(context.events)
        let `internal` = try producer.topic(isMixed ? context.commands : context.internal)
        let deadLetters = try producer.topic(context.deadLetters)
        var outside: [Int: TransactionalProducer.Topic] = [:]
        for (place, topic) in outputs.enumerated() where topic.owner != context {
            outside[place] = try producer.topic(topic.name)
        }
        (self.changelog, self.events, self.internal, self.deadLetters) = (changelog, events, `internal`, deadLetters)
        self.outside = outside
        self.producer = producer
    }

    /// What a record of ours may take.
    static let limit = RecordLimits.record

    /// Whether Kafka takes every effect. One that it does not take would fail again and again.
    static func fits(_ done: Processor.Done) -> Bool {
        let transaction = done.transaction
        if transaction.effects.json.count <= limit { return true }
        return transaction.effects.list.allSatisfy { $0.key.count + $0.value.count <= limit }
    }

    static var doesNotFit: Rejection {
        .refused("the messages that follow from it are larger than \(limit) bytes, which Kafka does not take")
    }

    /// Writes the effects of a record or timer into the shard's file and into the open transaction.
    /// - Returns: how many messages that were.
    func write(_ done: Processor.Done, _ shard: Shard) throws -> Int {
        let transaction = done.transaction
        var messages = 0
        try transaction.effects.lendEach { effect, key, rowKey, value in
            switch effect.kind {
            case .put:
                try shard.put(table: effect.table, key: rowKey, value: value)
                CrashPoint.reach(.rowWritten)
                if let request = transaction.effects.provenance(of: effect)?.request {
                    let headers = Headers(capacity: 3)
                    headers.add(request)
                    try producer.produce(changelog, shard.partition, key: key, value: value, headers: headers)
                } else {
                    try producer.produce(changelog, shard.partition, key: key, row: value)
                }
                CrashPoint.reach(.rowProduced)
            case .delete:
                try shard.delete(table: effect.table, key: rowKey)
                try producer.produce(changelog, shard.partition, key: key, row: nil)
            case .event, .internal, .outside:
                let headers = Self.headers(effect, transaction, messages, &id, &trace)
                messages += 1
                guard let topic = topic(of: effect) else { preconditionFailure("an output that is not the worker's") }
                try producer.produce(topic, effect.partition, key: key, value: value, headers: headers)
                CrashPoint.reach(.eventProduced)
            case .deadLetter:
                let (record, rejection) = transaction.effects.deadLetters[effect.deadLetter]
                try reject(record, rejection, in: shard.partition, key: key, value: value)
            }
        }
        return messages
    }

    private func topic(of message: Effects.Effect) -> TransactionalProducer.Topic? {
        switch message.kind {
        case .event: events
        case .internal: `internal`
        default: outside[message.output]
        }
    }

    /// Writes how far a shard has come in its inputs: its last row in a transaction.
    func writePositions(of shard: Shard) throws {
        var row = JSONWriter()
        row.object { shard.inputs.write(&$0) }
        try putOwn(InputPositions.rowKey, row.bytes, shard)
    }

    /// Keeps what has come of a replay that this command asked for. The first of many has all counted.
    func keep(_ replay: AnsweredReplay, of command: String, _ shard: Shard) throws {
        var row = JSONWriter()
        row.object { replay.write(&$0) }
        var count = try shard.replayCount ?? shard.answeredReplays().count
        try putOwn(AnsweredReplay.key(command, replay.result.offset), row.bytes, shard)
        count += 1
        if count > AnsweredReplay.limit {
            let keys = try shard.answeredReplays()
            for key in keys.dropLast(AnsweredReplay.limit / 2) { try putOwn(key, nil, shard) }
            count = min(keys.count, AnsweredReplay.limit / 2)
        }
        shard.replayCount = count
    }

    /// Writes a row of the daemon's own; nil for a deletion.
    private func putOwn(_ key: String, _ row: Span<UInt8>?, _ shard: Shard) throws(KafkaError) {
        shard.putOwn(key, row)
        try producer.produce(changelog, shard.partition, key: "\(Timers.name)/\(key)".utf8.span, row: row)
    }

    /// `type`, the `id` that is the same when the record is handled again, and where it comes from, as far as that is
    /// known.
    private static func headers(
        _ effect: Effects.Effect, _ transaction: Transaction, _ index: Int, _ id: inout [UInt8],
        _ traceText: inout TraceText
    ) -> Headers {
        let provenance = transaction.effects.provenance(of: effect)
        let headers = Headers(capacity: provenance?.request == nil ? 3 : 6)
        if let type = effect.type { headers.add("type", type.bytes) }
        if index == 0 {
            id.removeAll(keepingCapacity: true)
            transaction.writeID(to: &id)
        }
        let length = id.count
        id.append(UInt8(ascii: "-"))
        id.append(decimal: Int64(index))
        headers.add("id", id.span)
        if let provenance {
            if let trace = provenance.trace {
                traceText.set(trace)
                headers.add(TraceParent.header, traceText.bytes.span)
            }
            if let request = provenance.request { headers.add(request) }
        }
        id.removeLast(id.count - length)
        return headers
    }
}
