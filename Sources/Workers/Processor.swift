package import Contracts
import JSON

/// Takes one record or timer after the other to a worker: what the daemon and the Harness have in common. Whoever calls it
/// carries out the transaction's effects when the outcome is `.done`. One thread uses it.
package final class Processor {
    package enum Outcome: Sendable {
        case done
        /// Not for this context.
        case skipped
        /// The record belongs to this partition of the context's commands.
        case elsewhere(Int32)
        case rejected(Rejection)
        /// The value does not say what it is: call again with the header `type`, if the record has one.
        case untyped
    }

    /// Of an untyped record without a header.
    package static let untyped = Rejection(JSONError(field: "eventType", .missing))

    package let transaction: Transaction
    /// Of the message that was handled last.
    package private(set) var type: MessageType?
    private let worker: any Worker
    /// The context's own topics and what each takes: what it does not is refused there, and passed over in those of others.
    private let own: [String: [MessageType]]
    private let handlers: [Handler]
    /// Of each handler, whether its message is one that no other context says: a command.
    private let takesCommand: [Bool]
    private var reader = JSONReader()

    package init(_ worker: any Worker, partitions: Int32) {
        self.worker = worker
        let (context, inputs) = (Swift.type(of: worker).context, Swift.type(of: worker).inputs)
        let handlers = worker.handlers
        var own = [context.commands: handlers.map(\.type)]
        for topic in inputs where topic.owner == context { own[topic.name] = topic.messages }
        self.own = own
        let events = inputs.flatMap(\.messages)
        takesCommand = handlers.map { !events.contains($0.type) }
        self.handlers = handlers
        transaction = Transaction(tables: Swift.type(of: worker).tables, partitions: partitions)
    }

    /// Handles a record. `time` is Kafka's, `type` its header: looking for one costs, so it is given only after `.untyped`.
    /// Throws only what is not the record's fault; then, and with each outcome but `.done`, there are no effects.
    package func process(
        _ source: Transaction.Source, time: Timestamp, now: Timestamp, type: Span<UInt8>?, key: Span<UInt8>?,
        value: Span<UInt8>?, _ store: any Store
    ) throws -> Outcome {
        transaction.begin(store, partition: source.partition)
        transaction.source = source
        transaction.now = now
        do {
            guard let value else { throw Rejection(.malformed, "the record has no value") }
            let bounds = bounds(of: source.topic)
            guard value.count <= bounds.bytes else {
                throw Rejection(.malformed, "the record has \(value.count) bytes: at most \(bounds.bytes) are taken")
            }
            return try run(source, time, type, key, value)
        } catch let rejection as Rejection {
            transaction.effects.removeAll()
            return .rejected(rejection)
        } catch {
            transaction.effects.removeAll()
            throw error
        }
    }

    private func run(
        _ source: Transaction.Source, _ time: Timestamp, _ type: Span<UInt8>?, _ key: Span<UInt8>?, _ value: Span<UInt8>
    ) throws -> Outcome {
        // Lent to `Transaction.keep` for as long as the handler runs.
        defer {
            unsafe transaction.record = UnsafeBufferPointer(start: nil, count: 0)
            unsafe transaction.recordKey = UnsafeBufferPointer(start: nil, count: 0)
        }
        unsafe value.withUnsafeBufferPointer { unsafe transaction.record = $0 }
        if let key { unsafe key.withUnsafeBufferPointer { unsafe transaction.recordKey = $0 } }
        var outcome = Outcome.done
        try withFields(value, bounds(of: source.topic)) { fields in
            guard let place = try handler(for: fields, type) else {
                if case nil = type, !fields.has("eventType") {
                    outcome = .untyped
                    return
                }
                if let known = own[source.topic] { throw unknownType(fields, type, source.topic, known) }
                outcome = .skipped
                return
            }
            let handler = handlers[place]
            self.type = handler.type
            // Looked for only where there is a header: the other records are the many.
            if case nil = type {
                transaction.recordType = nil
            } else {
                transaction.recordType = fields.has("eventType") ? nil : handler.type
            }
            transaction.time = time
            // A command counts from when Kafka got it, whatever its sender's clock says.
            if !takesCommand[place], let stated: Timestamp = try fields.optional("timestamp") {
                transaction.time = stated
            }
            // A sender can give a record any time whatever; with those outside nothing can be reckoned.
            guard ISO8601.bounds.contains(transaction.time.milliseconds) else {
                throw Rejection(
                    .malformed,
                    "the record's own time, \(transaction.time.milliseconds) ms since 1970, is out of range")
            }
            // What belongs elsewhere has had no effect yet.
            if let partition = try handler.run(fields, transaction) { outcome = .elsewhere(partition) }
        }
        return outcome
    }

    /// Fires a timer, which has to be due, and takes it away. A rejection undoes all else that it did; it is a mistake of the
    /// worker's, since there is no record to refuse. When anything else is thrown there are no effects.
    package func fire(_ timer: Timer, partition: Int32, now: Timestamp, _ store: any Store) throws -> Rejection? {
        transaction.begin(store, partition: partition)
        var trace: TraceParent?
        // The key says all that has to be known. A row that cannot be read costs the trace, and not the partition its work.
        do { trace = try transaction.row(Timers.self, timer.key)?.trace } catch is RowError {}
        transaction.source = Transaction.Source(
            topic: "", partition: partition, offset: timer.due.milliseconds, trace: trace)
        (transaction.time, transaction.now) = (timer.due, now)
        transaction.firing = timer
        transaction.cancel(timer)
        do {
            try worker.fire(timer, transaction)
            return nil
        } catch let rejection as Rejection {
            giveUp(timer)
            return rejection
        } catch {
            transaction.effects.removeAll()
            throw error
        }
    }

    /// Takes the timer away and undoes all else that it did.
    package func giveUp(_ timer: Timer) {
        transaction.effects.removeAll()
        transaction.cancel(timer)
    }

    /// The context's own topics are what outsiders write.
    private func bounds(of topic: String) -> RecordBounds { own[topic] == nil ? Limits.contexts : Limits.outsiders }

    private func withFields(
        _ value: Span<UInt8>, _ bounds: RecordBounds, _ body: (borrowing Fields) throws -> Void
    ) throws {
        do { try reader.read(value, members: bounds.members, body) } catch let error as JSONError {
            throw Rejection(error)
        }
    }

    /// The handler's place: by the name that the value states, or by the header when it states none.
    private func handler(for fields: borrowing Fields, _ header: Span<UInt8>?) throws(JSONError) -> Int? {
        switch try fields.named("eventType", among: handlers.indices, { handlers[$0].type.name }) {
        case .known(let place): return place
        case .unknown: return nil
        case .missing: break
        }
        guard let header else { return nil }
        if let place = self.handler(named: header) { return place }
        guard let name = header.withoutQuotes else { return nil }
        return self.handler(named: name)
    }

    private func handler(named name: Span<UInt8>) -> Int? {
        for place in handlers.indices where handlers[place].type.isNamed(name) { return place }
        return nil
    }

    private func unknownType(
        _ fields: borrowing Fields, _ header: Span<UInt8>?, _ topic: String, _ known: [MessageType]
    ) -> Rejection {
        let takes = known.map(\.description).joined(separator: ", ")
        let found = fields.shown("eventType").map { "field \"eventType\" says \($0)" }
        let words = found ?? "header \"type\" is \(header?.text.shown ?? "empty")"
        let hint = found == nil && header?.withoutQuotes != nil ? "; write the name without quotes" : ""
        return Rejection(.unknownType, "\(words), which \(topic) does not take; it takes \(takes)\(hint)")
    }
}

extension Span<UInt8> {
    /// What stands between quotes: Spring's mapper of JSON headers writes a name so.
    fileprivate var withoutQuotes: Span<UInt8>? {
        @_lifetime(copy self)
        get {
            let quote = UInt8(ascii: "\"")
            guard count > 2, self[0] == quote, self[count - 1] == quote else { return nil }
            return extracting(1..<(count - 1))
        }
    }
}
