package import Contracts
package import JSON

/// Pending writes of one record or timer, applied if its handler succeeds: rows and messages, in their order. Their
/// bytes lie behind one another in one buffer, which is used again for the next record.
package struct Effects: ~Copyable {
    /// What an effect does.
    package enum Kind: UInt8, Sendable {
        case put, delete
        /// To the context's events.
        case event
        /// To the context itself.
        case `internal`
        /// To a topic that another context reads and outsiders write, as one of them.
        case outside
        /// The dead letter of a record that was kept and can never be decided.
        case deadLetter
    }

    /// One row or message; its bytes lie in `json`.
    package struct Effect: Sendable {
        /// What it does.
        package let kind: Kind
        /// Which of the worker's tables.
        package let table: Int
        /// Where a message goes. Rows stay in the shard's own.
        package let partition: Int32
        /// For rows `table/key`, as the changelog has it; `rowKey` is the part behind the slash.
        package let key: Range<Int>
        /// The row's key without its table, in `json`.
        package let rowKey: Range<Int>
        /// The row or the message, in `json`.
        package let value: Range<Int>
        /// Of a message; nil for a row.
        package let type: MessageType?
        /// Of what goes to another context's topic, which of the worker's outputs that is.
        package let output: Int
        /// Which of the dead letters.
        package let deadLetter: Int
        /// Which of the provenances; -1 for none.
        let provenance: Int
        let hash: UInt64
        /// The last effect before this one on a row in the same bucket, -1 for none.
        let previous: Int
    }

    /// In the order in which the worker has given them.
    package private(set) var list: [Effect] = []
    /// Records that have waited as rows and are refused now.
    package private(set) var deadLetters: [(record: KeptRecord, rejection: Rejection)] = []
    /// What it adds to the worker's counters, by their place in its list.
    package private(set) var counts: [(counter: Int, amount: Int)] = []
    /// What somebody outside is to be asked.
    package private(set) var calls: [any OutsideCall] = []
    /// Of a sweep whose last step this is.
    package private(set) var sweep: Sweep.Report?
    /// Mostly none, or that of the record.
    private var provenances: [Provenance] = []
    /// Keys and values of all effects, one behind the other.
    package private(set) var json = JSONWriter()
    /// The last effect on a row in each bucket of their hashes, -1 for none: long work writes hundreds of rows at a
    /// time and looks each of them up.
    private var buckets = InlineArray<128, Int>(repeating: -1)

    init() { list.reserveCapacity(16) }

    /// Whether nothing is written.
    package var isEmpty: Bool { list.isEmpty }
    /// How many there are.
    package var count: Int { list.count }

    /// Lends the bytes of a range that an effect names.
    package func withBytes(_ range: Range<Int>, _ body: (Span<UInt8>) throws -> Void) rethrows {
        try body(json.bytes.extracting(range))
    }

    /// What a message or a row says of where it comes from; nil where it says nothing.
    package func provenance(of effect: Effect) -> Provenance? {
        effect.provenance < 0 ? nil : provenances[effect.provenance]
    }

    /// Lends each effect in its order, with the bytes of its key, its row's key and its value.
    package func lendEach(
        _ body: (Effect, _ key: Span<UInt8>, _ rowKey: Span<UInt8>, _ value: Span<UInt8>) throws -> Void
    ) rethrows {
        let bytes = json.bytes
        for effect in list {
            try body(
                effect, bytes.extracting(effect.key), bytes.extracting(effect.rowKey), bytes.extracting(effect.value))
        }
    }

    mutating func removeAll() {
        for effect in list where effect.kind == .put || effect.kind == .delete {
            buckets[Self.bucket(effect.hash)] = -1
        }
        list.removeAll(keepingCapacity: true)
        deadLetters.removeAll()
        counts.removeAll(keepingCapacity: true)
        if !calls.isEmpty { calls.removeAll() }
        sweep = nil
        provenances.removeAll(keepingCapacity: true)
        json.removeAll()
    }

    /// A row says of its provenance who asked for it: what a command has come to can be read off the row that it has
    /// written.
    mutating func put(
        _ table: Int, _ name: StaticString, _ key: String, _ request: Request?, _ write: (inout JSONWriter) -> Void
    ) {
        let (whole, row) = rowKey(name, key)
        let place = request == nil ? -1 : place(of: Provenance(request: request))
        append(.put, table, whole, row, json.object(write), provenance: place)
    }

    mutating func delete(_ table: Int, _ name: StaticString, _ key: String) {
        let (whole, row) = rowKey(name, key)
        append(.delete, table, whole, row, 0..<0)
    }

    private mutating func append(
        _ kind: Kind, _ table: Int, _ key: Range<Int>, _ rowKey: Range<Int>, _ value: Range<Int>, provenance: Int = -1
    ) {
        let hash = json.bytes.extracting(rowKey).stableHash
        let bucket = Self.bucket(hash)
        let previous = buckets[bucket]
        buckets[bucket] = list.count
        list.append(
            Effect(
                kind: kind, table: table, partition: 0, key: key, rowKey: rowKey, value: value, type: nil,
                output: 0, deadLetter: 0, provenance: provenance, hash: hash, previous: previous))
    }

    private mutating func place(of provenance: Provenance) -> Int {
        if provenances.last != provenance { provenances.append(provenance) }
        return provenances.count - 1
    }

    private static func bucket(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash & 127) }

    mutating func message(
        _ kind: Kind, _ type: MessageType, _ partition: Int32, _ key: String, _ provenance: Provenance,
        output: Int = 0, _ write: (inout JSONWriter) -> Range<Int>
    ) {
        let place = provenance.isEmpty ? -1 : place(of: provenance)
        let start = json.count
        json.raw(key.utf8.span)
        let keyRange = start..<json.count
        let value = write(&json)
        list.append(
            Effect(
                kind: kind, table: 0, partition: partition, key: keyRange, rowKey: keyRange, value: value, type: type,
                output: output, deadLetter: 0, provenance: place, hash: 0, previous: -1))
    }

    mutating func deadLetter(_ record: KeptRecord, _ rejection: Rejection) {
        let start = json.count
        json.raw((record.key ?? "").utf8.span)
        let middle = json.count
        json.raw(record.value.utf8.span)
        list.append(
            Effect(
                kind: .deadLetter, table: 0, partition: record.partition, key: start..<middle, rowKey: start..<middle,
                value: middle..<json.count, type: nil, output: 0, deadLetter: deadLetters.count, provenance: -1,
                hash: 0, previous: -1))
        deadLetters.append((record, rejection))
    }

    mutating func count(_ counter: Int, by amount: Int) { counts.append((counter, amount)) }

    mutating func call(_ call: any OutsideCall) { calls.append(call) }

    mutating func finish(_ report: Sweep.Report) { sweep = report }

    private mutating func rowKey(_ name: StaticString, _ key: String) -> (Range<Int>, Range<Int>) {
        let start = json.count
        json.raw(name)
        json.raw("/")
        let middle = json.count
        json.raw(key.utf8.span)
        return (start..<json.count, middle..<json.count)
    }

    /// The last puts of the keys that were put, from one key on and with a prefix, in the order of the keys.
    func pendingPuts(_ table: Int, from: Span<UInt8>, prefix: Span<UInt8>) -> [Effect] {
        var puts: [Effect] = []
        for effect in list where effect.table == table && effect.kind == .put {
            let key = json.bytes.extracting(effect.rowKey)
            guard !key.precedes(from), key.starts(with: prefix) else { continue }
            // An older effect on the same key does not count.
            if pending(table, key)?.value == effect.value { puts.append(effect) }
        }
        return puts.sorted { self.key(of: $0, precedes: json.bytes.extracting($1.rowKey)) }
    }

    func key(of effect: Effect, precedes key: Span<UInt8>) -> Bool {
        json.bytes.extracting(effect.rowKey).precedes(key)
    }

    /// The last effect on this row, if there is one.
    func pending(_ table: Int, _ key: Span<UInt8>) -> Effect? {
        guard !list.isEmpty else { return nil }
        let hash = key.stableHash
        var position = buckets[Self.bucket(hash)]
        while position >= 0 {
            let effect = list[position]
            if effect.hash == hash, effect.table == table, json.bytes.extracting(effect.rowKey).isEqual(to: key) {
                return effect
            }
            position = effect.previous
        }
        return nil
    }
}

extension Span<UInt8> {
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for position in indices where self[position] != other[position] { return false }
        return true
    }

    func starts(with prefix: Span<UInt8>) -> Bool {
        count >= prefix.count && extracting(..<prefix.count).isEqual(to: prefix)
    }

    func precedes(_ other: Span<UInt8>) -> Bool {
        for position in 0..<Swift.min(count, other.count) where self[position] != other[position] {
            return self[position] < other[position]
        }
        return count < other.count
    }

    var text: String { unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) } }
}
