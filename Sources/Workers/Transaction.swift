package import Contracts
import JSON

/// What a handler sees of the world: the rows of its shard, and the time. What it does with them is kept here and
/// becomes true only when the handler returns; when it throws, nothing has happened. One thread uses it, for one record
/// after the other.
@safe package final class Transaction {
    /// Where the record lies. For a timer the topic is empty.
    package struct Source: Sendable, CustomStringConvertible {
        /// The topic of the record.
        package var topic: String
        /// Its partition, which is the shard's.
        package var partition: Int32
        /// Its offset.
        package var offset: Int64
        /// What its headers said; of a timer the trace alone, of the record that has set it.
        package var provenance: Provenance

        /// Of a record, or of a timer, which has no offset.
        package init(
            topic: String = "", partition: Int32 = 0, offset: Int64 = 0, provenance: Provenance = Provenance()
        ) {
            (self.topic, self.partition, self.offset, self.provenance) = (topic, partition, offset, provenance)
        }

        /// W3C's trace context, if the record had one.
        package var trace: TraceParent? { provenance.trace }

        /// Topic, partition and offset, as ids and dead letters have them.
        package var description: String { RecordPlace(topic, partition, offset).description }
    }

    /// The record or timer that is handled.
    package internal(set) var source = Source()
    /// Where the record was written first: of a dead letter that is handled again, not where the command lies that asks
    /// for it.
    var origin = Source()
    /// The topic in which the record was found: of a dead letter that is handled again, where its record lay.
    package var topic: String { origin.topic }
    /// What that record was, where the one at hand says it again.
    var cut: String?
    /// The time of the record: what an event states as its `timestamp`, when Kafka got a command, when a timer was due.
    package internal(set) var time = Timestamp(milliseconds: 0)
    /// When Kafka got the record, wherever it lies now: which of two records came later, whichever is read first. A
    /// time that its sender gave it counts to now at most.
    package internal(set) var receivedAt = Timestamp(milliseconds: 0)
    /// The wall clock; it differs when the record is handled again, so it is for deadlines only.
    package internal(set) var now = Timestamp(milliseconds: 0)
    /// How many partitions each topic has.
    package let partitions: Int32
    /// The shard's partition.
    package internal(set) var partition: Int32 = 0

    /// Whether all that lay in the partition's commands when the record was read has been handled.
    var isBehindCommands = true
    /// Whether an earlier version may have forwarded records to the commands.
    package internal(set) var areCommandsMixed = false

    /// What the worker has written so far.
    package internal(set) var effects = Effects()
    var firing: Timer?
    /// In place of the source's, within `within` alone.
    var otherProvenance: Provenance?
    /// The record's bytes while it is handled.
    var record = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    var recordKey = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// What its header said that it is, where its value does not.
    var recordType: MessageType?

    private let tables: [any Table.Type]
    /// What the worker declares that it emits, and sends to itself: of the latter also what outsiders may ask, named or
    /// moved.
    let (emitted, sent): ([MessageType], [MessageType])
    let outputs: [Topic]
    /// Whether rows of the context have what nobody else may read.
    private let hidesValues: Bool
    private let counters: [WorkerCounter]
    private var store: (any Store)?
    private var reader = JSONReader()

    init(_ worker: any Worker.Type, partitions: Int32) {
        tables = [Timers.self] + worker.tables
        counters = worker.counters
        let context = worker.context
        outputs = worker.outputs
        hidesValues = context.hidesValues
        emitted = outputs.filter { $0.name == context.events }.flatMap(\.messages)
        sent = outputs.filter { $0.name == context.internal }.flatMap(\.messages) + worker.commands.messages
        self.partitions = partitions
    }

    func begin(_ store: any Store, partition: Int32) {
        self.store = store
        self.partition = partition
        effects.removeAll()
        firing = nil
    }

    /// Rows are read no more until the next record or timer. A store that is kept keeps its file open.
    func release() { store = nil }

    /// Where the record lies, as text: what the ids of its events begin with.
    package func writeID(to bytes: inout [UInt8]) {
        if let firing {
            bytes.append(contentsOf: "timer-\(partition)-\(firing.key)".utf8)
            return
        }
        bytes.append(contentsOf: source.topic.utf8)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(decimal: Int64(source.partition))
        bytes.append(UInt8(ascii: "-"))
        bytes.append(decimal: source.offset)
    }

    /// Where the entity with this key lives.
    package func home(of key: String) -> Int32 { Partitioner.partition(of: key, among: partitions) }

    // MARK: Rows

    /// A row of this partition, as the worker has left it; nil where there is none.
    package func row<T: Table>(_ table: T.Type, _ key: String) throws -> T.Row? {
        let position = position(of: table)
        var row: T.Row?
        if let pending = effects.pending(position, key.utf8.span) {
            if pending.kind == .put {
                try effects.withBytes(pending.value) { row = try decode(table, key.utf8.span, $0) }
            }
            return row
        }
        try store?.read(table: position, key: key.utf8.span) { row = try decode(table, key.utf8.span, $0) }
        return row
    }

    /// Writes a row.
    package func put<T: Table>(_ table: T.Type, _ key: String, _ row: T.Row) {
        effects.put(position(of: table), T.name, key, provenance.request) { row.write(&$0) }
    }

    /// Deletes a row, if it is there.
    package func delete<T: Table>(_ table: T.Type, _ key: String) {
        effects.delete(position(of: table), T.name, key)
    }

    /// Lends the rows whose keys begin with `prefix`, in the byte order of their keys, behind `after` if that is given,
    /// until `body` says false. Rows of this table that it writes meanwhile are not seen, and it may not scan the same
    /// table again.
    package func scan<T: Table>(
        _ table: T.Type, prefix: String = "", after: String? = nil, _ body: (String, T.Row) throws -> Bool
    ) throws {
        let position = position(of: table)
        let prefixText = prefix
        let prefix = prefixText.utf8.span
        // The least key behind another is that one with a zero at its end.
        let start = after.map { $0 + "\0" } ?? ""
        let from = prefix.precedes(start.utf8.span) ? start : prefixText
        var added = effects.pendingPuts(position, from: from.utf8.span, prefix: prefix)[...]
        var goesOn = true
        func take(_ key: Span<UInt8>, _ value: Span<UInt8>) throws {
            goesOn = try body(key.text, decode(table, key, value))
        }
        func takeAdded() throws {
            let next = added.removeFirst()
            var key = ""
            var row: T.Row?
            try effects.withBytes(next.rowKey) { bytes in
                key = bytes.text
                try effects.withBytes(next.value) { row = try decode(table, bytes, $0) }
            }
            // Outside of the loan: it may write.
            if let row { goesOn = try body(key, row) }
        }
        func addedPrecedes(_ key: Span<UInt8>) -> Bool {
            guard let next = added.first else { return false }
            return effects.key(of: next, precedes: key)
        }
        try store?.scan(table: position, from: from.utf8.span) { key, value in
            guard key.starts(with: prefix) else { return false }
            while goesOn, addedPrecedes(key) { try takeAdded() }
            guard goesOn else { return false }
            // What this record has written or deleted stands in the effects.
            if effects.pending(position, key) == nil { try take(key, value) }
            return goesOn
        }
        while goesOn, !added.isEmpty { try takeAdded() }
    }

    /// The first keys that begin with `prefix`, in their byte order, behind `after` if that is given. No row is looked
    /// at: counting costs the same whatever their size.
    package func keys<T: Table>(
        _ table: T.Type, prefix: String, after: String? = nil, atMost limit: Int
    ) throws -> [String] {
        let position = position(of: table)
        let start = after.map { $0 + "\0" } ?? ""
        let from = prefix.utf8.span.precedes(start.utf8.span) ? start : prefix
        var keys: [String] = []
        try store?.scan(table: position, from: from.utf8.span) { key, _ in
            guard keys.count < limit, key.starts(with: prefix.utf8.span) else { return false }
            // What this record has written or deleted stands in the effects.
            if effects.pending(position, key) == nil { keys.append(key.text) }
            return keys.count < limit
        }
        let added = effects.pendingPuts(position, from: from.utf8.span, prefix: prefix.utf8.span)
        guard !added.isEmpty else { return keys }
        for effect in added { effects.withBytes(effect.rowKey) { keys.append($0.text) } }
        return Array(keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.prefix(limit))
    }

    private func decode<T: Table>(_ table: T.Type, _ key: Span<UInt8>, _ bytes: Span<UInt8>) throws -> T.Row {
        var row: T.Row?
        do {
            try reader.read(bytes) { row = try T.Row($0) }
        } catch let error as JSONError {
            throw RowError(
                table: T.name.description, key: key.text, reason: hidesValues ? error.withoutDetails : error)
        }
        guard let row else { preconditionFailure("the reader calls its body or throws") }
        return row
    }

    private func position<T: Table>(of table: T.Type) -> Int {
        for position in tables.indices where tables[position] == table { return position }
        preconditionFailure("table \(T.name) is not among the worker's")
    }

    // MARK: Counters

    /// Counts something for operators, with the record's other effects: not if the handler throws.
    package func count(_ counter: WorkerCounter, by amount: Int = 1) {
        guard let position = counters.firstIndex(of: counter) else {
            preconditionFailure("counter \(counter.name) is not among the worker's")
        }
        effects.count(position, by: amount)
    }

    // MARK: Timers

    /// Wakes the worker at this time or soon after. What it does then is part of the trace, but nobody has asked for
    /// it: an order's own end, a deadline and the steps of a list come whoever has sent the command before them, and a
    /// list has a million messages. Set by a timer that fires, it is at least 1 ms behind that one, so that no two
    /// firings are the same. What would come behind all times that rows can hold is set for the last one, and never
    /// fires.
    /// - Returns: it, with its time.
    @discardableResult
    package func setTimer(_ kind: String, _ id: String, at due: Timestamp) -> Timer {
        let earliest = firing.map { $0.due + .milliseconds(1) } ?? due
        let timer = Timer(kind: kind, id: id, due: min(max(due, earliest), .last))
        put(Timers.self, timer.key, Timers.Row(due: timer.due, trace: trace))
        return timer
    }

    /// Deletes a timer, if it is set.
    package func cancel(_ timer: Timer) { delete(Timers.self, timer.key) }
}
