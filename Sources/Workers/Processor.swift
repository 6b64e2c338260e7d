package import Contracts
import JSON
import Time

/// Takes one record or timer after the other to a worker: what the daemon and the Harness have in common. Whoever calls
/// it writes the effects that it returns. One thread uses it.
package final class Processor {
    private let transaction: Transaction
    private let worker: any Worker
    private let handlers: [Handler]
    private let inputs: [Input]
    /// Of each handler, whether its message is a command: no input topic carries it.
    private let takesCommand: [Bool]
    /// Of each handler, whether outsiders send its message: a command, or what they have counted.
    private let isFromOutside: [Bool]
    private var reader = JSONReader()

    /// What an input takes.
    private struct Input {
        let topic: String
        /// Refused, or else passed over, is what it does not list.
        let isOwn: Bool
        let isCommands: Bool
        let messages: [MessageType]
        /// By handler.
        let takes: [Bool]
        let takesReplay: Bool
        /// Of a record. What outsiders write is bounded; a copy that an earlier version has forwarded is as large as
        /// where it came from.
        let bounds: RecordBounds

        init(
            _ topic: String, isOwn: Bool, isCommands: Bool = false, isInternal: Bool = false, _ messages: [MessageType],
            _ handlers: [Handler]
        ) {
            (self.topic, self.isOwn, self.isCommands, self.messages) = (topic, isOwn, isCommands, messages)
            takes = handlers.map { messages.contains($0.type) }
            takesReplay = messages.contains(Replay.type)
            bounds = isOwn && !isInternal ? Limits.outsiders : Limits.contexts
        }
    }

    /// For a worker whose topics have so many partitions.
    package init(_ worker: any Worker, partitions: Int32) {
        self.worker = worker
        let kind = Swift.type(of: worker)
        let (context, inputs) = (kind.context, kind.inputs)
        let handlers = worker.handlers
        self.handlers = handlers
        self.inputs =
            [
                Input(context.commands, isOwn: true, isCommands: true, kind.commands.messages, handlers),
                Input(context.internal, isOwn: true, isInternal: true, handlers.map(\.type) + [Replay.type], handlers),
            ] + inputs.map { Input($0.name, isOwn: $0.owner == context, $0.messages, handlers) }
        let events = inputs.flatMap(\.messages)
        takesCommand = handlers.map { !events.contains($0.type) }
        let others = inputs.filter { $0.owner != context }.flatMap(\.messages)
        isFromOutside = handlers.map { !others.contains($0.type) }
        transaction = Transaction(kind, partitions: partitions)
    }

    /// Handles a record. `time` is Kafka's.
    /// - Parameters:
    ///   - origin: where it was written first, if not where it lies: of a dead letter that is replayed.
    ///   - isBehindCommands: whether what lay in the commands when it was read has been handled.
    ///   - areCommandsMixed: whether an earlier version may have forwarded records to the commands.
    /// - Throws: only what is not the record's fault; then, and with each outcome but `.done`, there are no effects.
    package func process(
        _ source: Transaction.Source, as origin: Origin? = nil, time: Timestamp, now: Timestamp,
        type header: TypeHeader = { try $0(nil) }, key: Span<UInt8>?, value: Span<UInt8>?,
        isBehindCommands: Bool = false, areCommandsMixed: Bool = false, _ store: any Store
    ) throws -> Outcome {
        transaction.begin(store, partition: source.partition)
        transaction.source = source
        transaction.now = now
        transaction.isBehindCommands = isBehindCommands || source.topic == inputs[0].topic
        transaction.areCommandsMixed = areCommandsMixed
        do {
            guard let value else { throw Rejection(.malformed, "the record has no value") }
            return try run(origin ?? Origin(source), time, header, key, value)
        } catch let rejection as Rejection {
            transaction.effects.removeAll()
            return .rejected(rejection)
        } catch {
            transaction.effects.removeAll()
            throw error
        }
    }

    private func run(
        _ origin: Origin, _ time: Timestamp, _ header: TypeHeader, _ key: Span<UInt8>?, _ value: Span<UInt8>
    ) throws -> Outcome {
        // Lent to `Transaction.keep` for as long as the handler runs.
        defer {
            unsafe transaction.record = UnsafeBufferPointer(start: nil, count: 0)
            unsafe transaction.recordKey = UnsafeBufferPointer(start: nil, count: 0)
        }
        unsafe value.withUnsafeBufferPointer { unsafe transaction.record = $0 }
        if let key { unsafe key.withUnsafeBufferPointer { unsafe transaction.recordKey = $0 } }
        let topic = origin.source.topic
        guard let input = inputs.first(where: { $0.topic == topic }) else {
            throw Rejection(.unknownType, "\(topic) is not an input of this context")
        }
        (transaction.origin, transaction.cut) = (origin.source, origin.cut)
        let bounds = isOld(origin) ? Limits.contexts : input.bounds
        guard value.count <= bounds.bytes else {
            throw Rejection(.malformed, "the record has \(value.count) bytes: at most \(bounds.bytes) are allowed")
        }
        var outcome = Outcome.skipped
        try withFields(value, bounds) { fields in
            if let subject = try statedSubject(fields) {
                outcome = try handle(fields, subject, header: nil, origin, input, time)
                return
            }
            try header { header in
                guard let header else { throw Rejection(JSONError(field: "eventType", .missing)) }
                outcome = try handle(fields, subject(named: header), header: header, origin, input, time)
            }
        }
        return outcome
    }

    /// Whether it may be what an earlier version of the context has written among its commands.
    private func isOld(_ origin: Origin) -> Bool { origin.isOld && Swift.type(of: worker).hasMixedCommands }

    /// What a record is about.
    private enum Subject {
        /// The message of this handler.
        case message(Int)
        case replay
        case unknown
    }

    /// - Parameter header: nil where the value states the type itself.
    private func handle(
        _ fields: borrowing Fields, _ subject: Subject, header: Span<UInt8>?, _ origin: Origin, _ input: Input,
        _ time: Timestamp
    ) throws -> Outcome {
        switch subject {
        case .message(let place) where input.takes[place] || isOld(origin) && input.isCommands:
            let handler = handlers[place]
            if case nil = header { transaction.recordType = nil } else { transaction.recordType = handler.type }
            transaction.time = try self.time(of: fields, place, origin, time)
            // A message that states when it was said may lie in a record of any time: rows hold none of these.
            transaction.receivedAt = (origin.hasBrokersTime ? time : min(time, transaction.now)).withinBounds
            // What belongs elsewhere has had no effect yet.
            switch try handler.run(fields, transaction) {
            case .done: return .done(Done(type: handler.type, transaction: transaction))
            case .elsewhere(let partition): return .elsewhere(partition)
            case .waits: return .waits
            }
        case .replay where input.takesReplay: return try replay(fields)
        default:
            if input.isOwn { throw unknownType(fields, header, input) }
            return .skipped
        }
    }

    /// When a message counts as sent.
    private func time(
        of fields: borrowing Fields, _ place: Int, _ origin: Origin, _ recordTime: Timestamp
    ) throws -> Timestamp {
        // A command counts from when Kafka got it, whatever its sender's clock says.
        var (time, isBrokersTime) = (recordTime, origin.hasBrokersTime)
        if !takesCommand[place], let stated: Timestamp = try fields.optional("timestamp") {
            time = stated
            isBrokersTime = false
        }
        // A sender can give a record any time whatever; with those outside nothing can be reckoned.
        guard ISO8601.bounds.contains(time.milliseconds) else {
            throw Rejection(
                .malformed, "the record's own time, \(time.milliseconds) ms since 1970, is out of range")
        }
        // A sender's own time counts from now at the latest: nothing is said from the future. How far back it lies does
        // not matter, for it may have waited in Kafka for as long as records are kept. A broker's time is the one that
        // all go by, whatever the clock of this machine says.
        return isFromOutside[place] && !isBrokersTime ? min(time, transaction.now) : time
    }

    /// A dead letter lies in the partition whose shard has rejected its record.
    private func replay(_ fields: borrowing Fields) throws -> Outcome {
        let replay: Replay
        do throws(JSONError) { replay = try Replay(fields) } catch { throw Rejection(error) }
        guard replay.partition < transaction.partitions else {
            throw Rejection.notFound(
                "there is no partition \(replay.partition) of the dead letters: there are \(transaction.partitions)")
        }
        return replay.partition == transaction.partition ? .replay(offset: replay.offset) : .elsewhere(replay.partition)
    }

    /// Fires a timer, which has to be due, and takes it away. After a rejection it has done nothing else; it is a
    /// mistake of the worker's, since there is no record to reject. When anything else is thrown there are no effects.
    package func fire(_ timer: Timer, partition: Int32, now: Timestamp, _ store: any Store) throws -> Fired {
        transaction.begin(store, partition: partition)
        var trace: TraceParent?
        // The key says all that has to be known. A row that cannot be read costs the trace, and not the partition its
        // work.
        do { trace = try transaction.row(Timers.self, timer.key)?.trace } catch is RowError {}
        transaction.source = Transaction.Source(
            topic: "", partition: partition, offset: timer.due.milliseconds,
            provenance: Provenance(trace: trace))
        (transaction.time, transaction.now) = (timer.due, now)
        transaction.firing = timer
        transaction.cancel(timer)
        do {
            try worker.fire(timer, transaction)
            return Fired(done: Done(type: nil, transaction: transaction), rejection: nil)
        } catch let rejection as Rejection {
            return discard(timer, for: rejection)
        } catch {
            transaction.effects.removeAll()
            throw error
        }
    }

    /// What the worker's gauges show of a partition whose rows are all committed.
    package func measure(partition: Int32, now: Timestamp, _ store: any Store) throws -> [Int64] {
        transaction.begin(store, partition: partition)
        (transaction.source, transaction.now, transaction.time) = (Transaction.Source(partition: partition), now, now)
        let values = try worker.measure(transaction)
        assert(transaction.effects.isEmpty, "who measures writes nothing")
        transaction.effects.removeAll()
        return values
    }

    /// Lets go of the store of the last record or timer: its owner closes it.
    package func release() { transaction.release() }

    /// Takes the timer that has just fired away, and nothing else that it did.
    package func discard(_ timer: Timer, for rejection: Rejection) -> Fired {
        transaction.effects.removeAll()
        transaction.cancel(timer)
        return Fired(done: Done(type: nil, transaction: transaction), rejection: rejection)
    }

    /// The same, and lets it fire again at another time.
    package func postpone(_ timer: Timer, until due: Timestamp, for rejection: Rejection) -> Fired {
        let fired = discard(timer, for: rejection)
        transaction.setTimer(timer.kind, timer.id, at: due)
        return fired
    }

    private func withFields(
        _ value: Span<UInt8>, _ bounds: RecordBounds, _ body: (borrowing Fields) throws -> Void
    ) throws {
        do { try reader.read(value, members: bounds.members, body) } catch let error as JSONError {
            // What was found stands in the details.
            let isHidden = Swift.type(of: worker).context.hidesValues
            throw Rejection(isHidden ? error.withoutDetails : error)
        }
    }

    /// By the `eventType` of the record's value; nil where it has none.
    private func statedSubject(_ fields: borrowing Fields) throws(JSONError) -> Subject? {
        let (handlers, count) = (handlers, handlers.count)
        switch try fields.named(
            "eventType", among: 0..<(count + 1), { $0 < count ? handlers[$0].type.name : Replay.type.name })
        {
        case .known(let place): return place < count ? .message(place) : .replay
        case .unknown: return .unknown
        case .missing: return nil
        }
    }

    private func subject(named header: Span<UInt8>) -> Subject {
        guard let name = header.withoutQuotes else { return subject(withName: header) }
        return subject(withName: name)
    }

    private func subject(withName name: Span<UInt8>) -> Subject {
        for place in handlers.indices where handlers[place].type.isNamed(name) { return .message(place) }
        return Replay.type.isNamed(name) ? .replay : .unknown
    }

    private func unknownType(_ fields: borrowing Fields, _ header: Span<UInt8>?, _ input: Input) -> Rejection {
        let takes = input.messages.map(\.description).joined(separator: ", ")
        let isHidden = Swift.type(of: worker).context.hidesValues
        let found = isHidden ? "it is a message" : fields.shown("eventType").map { "field \"eventType\" says \($0)" }
        let words = found ?? "header \"type\" is \(header?.text.shown ?? "empty")"
        let hint = found == nil && header?.withoutQuotes != nil ? "; write the name without quotes" : ""
        return Rejection(.unknownType, "\(words), which \(input.topic) does not take; it takes \(takes)\(hint)")
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
