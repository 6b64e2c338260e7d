import Contracts

/// Rows of a table that wait, while the view is made, to be written in the order of their keys: as they come, each
/// would need pages of its own to be read, changed and written.
struct SortedRows<Row> {
    private struct Entry {
        /// The first bytes of the key that not all have in common, as a number that sorts as they do.
        var start: UInt64
        let place: Int
    }

    private var rows: [(key: String, row: Row?)] = []
    /// How many bytes all keys begin with.
    private var common = Int.max

    /// - Parameter row: nil where it is gone.
    mutating func put(_ key: String, _ row: Row?) {
        common = min(common, Self.common(key, rows.first?.key ?? key))
        rows.append((key, row))
    }

    /// Lends the last row of each key, by key, and forgets all.
    mutating func take(_ body: (_ key: String, Row?) throws -> Void) throws {
        defer { forget() }
        let entries = sorted
        for (next, entry) in zip(1..., entries) {
            let (key, row) = rows[entry.place]
            if next < entries.count, entries[next].start == entry.start,
                rows[entries[next].place].key.hasSameBytes(key)
            {
                continue
            }
            try body(key, row)
        }
    }

    mutating func forget() {
        rows.removeAll(keepingCapacity: true)
        common = .max
    }

    /// As SQLite has them, by bytes: Swift takes texts for equal that have other bytes, and their rows are two. Equal
    /// keys as they came.
    private var sorted: [Entry] {
        let shared = rows.isEmpty ? 0 : common
        var entries = rows.indices.map { Entry(start: Self.start(rows[$0].key, behind: shared), place: $0) }
        entries.sort { one, other in
            if one.start != other.start { return one.start < other.start }
            let order = rows[one.place].key.compareBytes(rows[other.place].key)
            return order == 0 ? one.place < other.place : order < 0
        }
        return entries
    }

    private static func common(_ one: String, _ other: String) -> Int {
        var (one, other, count) = (one.utf8.makeIterator(), other.utf8.makeIterator(), 0)
        while let byte = one.next(), byte == other.next() { count += 1 }
        return count
    }

    private static func start(_ key: String, behind shared: Int) -> UInt64 {
        let bytes = key.utf8.dropFirst(shared).prefix(8)
        let number = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return bytes.isEmpty ? 0 : number << UInt64(8 * (8 - bytes.count))
    }
}
