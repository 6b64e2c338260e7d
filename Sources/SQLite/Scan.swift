/// Reads a table of texts in the order of its keys, byte by byte. Its statements are compiled once.
package struct Scan: ~Copyable {
    private let inclusive: Statement
    private let exclusive: Statement

    init(
        of connection: borrowing Connection, table: StaticString, key: StaticString, value: StaticString
    ) throws(SQLiteError) {
        let start = "SELECT \(key), \(value) FROM \(table) WHERE \(key)"
        let end = "?1 AND \(key) < ?2 ORDER BY \(key) LIMIT ?3"
        let inclusive = try connection.prepare("\(start) >= \(end)")
        let exclusive = try connection.prepare("\(start) > \(end)")
        self.inclusive = inclusive
        self.exclusive = exclusive
    }

    /// Lends each row (key, value) with lower ≤ key < upper to `body`, until it returns false or `limit` rows are
    /// through. Whatever it throws is thrown on. It may write to the table: what it writes to a key that is still ahead
    /// may come up or not.
    package func forEachRow(
        from lower: Span<UInt8>, below upper: Span<UInt8>? = nil, limit: Int = .max,
        _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool
    ) throws {
        try inclusive.forEachRow(from: lower, below: upper, limit: Int64(limit)) { row in
            try body(row.text(0), row.bytes(1))
        }
    }

    /// The same with lower < key: to continue behind the last key that was read.
    package func forEachRow(
        after lower: Span<UInt8>, below upper: Span<UInt8>? = nil, limit: Int = .max,
        _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool
    ) throws {
        try exclusive.forEachRow(from: lower, below: upper, limit: Int64(limit)) { row in
            try body(row.text(0), row.bytes(1))
        }
    }

    /// The same for the keys that begin with `prefix`; with `after`, a key, only those behind it.
    package func forEachRow(
        prefix: Span<UInt8>, after: Span<UInt8>? = nil, limit: Int = .max,
        _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool
    ) throws {
        let end = firstBehind(prefix)
        let upper: Span<UInt8>? = end.isEmpty ? nil : end.span
        if let after, !isBelow(after, prefix) {
            try forEachRow(after: after, below: upper, limit: limit, body)
        } else {
            try forEachRow(from: prefix, below: upper, limit: limit, body)
        }
    }
}

/// The first text behind all that begin with the prefix; empty if there is none.
private func firstBehind(_ prefix: Span<UInt8>) -> [UInt8] {
    var end = prefix.indices.map { prefix[$0] }
    while end.last == 0xFF { end.removeLast() }
    if let last = end.popLast() { end.append(last + 1) }
    return end
}

private func isBelow(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
    for index in 0..<min(one.count, other.count) where one[index] != other[index] {
        return one[index] < other[index]
    }
    return one.count < other.count
}
