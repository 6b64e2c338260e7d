import Workers

/// A shard's rows in memory, in the order of their keys.
package final class MemoryStore: Store {
    private typealias Entry = (key: [UInt8], value: [UInt8])
    private var tables: [[Entry]]

    package init(tables: Int) { self.tables = Array(repeating: [], count: tables) }

    package func read(table: Int, key: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws {
        let position = position(table, key)
        guard has(table, key, at: position) else { return }
        let value = tables[table][position].value
        try body(value.span)
    }

    package func scan(table: Int, from start: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool) throws {
        for entry in tables[table][position(table, start)...] {
            let (key, value) = entry
            guard try body(key.span, value.span) else { return }
        }
    }

    package func put(table: Int, key: Span<UInt8>, value: Span<UInt8>) {
        let position = position(table, key)
        let entry = (Array(copying: key), Array(copying: value))
        if has(table, key, at: position) {
            tables[table][position] = entry
        } else {
            tables[table].insert(entry, at: position)
        }
    }

    package func delete(table: Int, key: Span<UInt8>) {
        let position = position(table, key)
        guard has(table, key, at: position) else { return }
        tables[table].remove(at: position)
    }

    package func firstKey(_ table: Int) -> String? {
        tables[table].first.map { String(decoding: $0.key, as: UTF8.self) }
    }

    func rows(_ table: Int) -> [(key: String, value: String)] {
        tables[table].map { (String(decoding: $0.key, as: UTF8.self), String(decoding: $0.value, as: UTF8.self)) }
    }

    private func has(_ table: Int, _ key: Span<UInt8>, at position: Int) -> Bool {
        guard position < tables[table].count else { return false }
        return tables[table][position].key == [UInt8](copying: key)
    }

    /// Of the first entry that does not precede the key.
    private func position(_ table: Int, _ key: Span<UInt8>) -> Int {
        let key = [UInt8](copying: key)
        var low = 0
        var high = tables[table].count
        while low < high {
            let middle = (low + high) / 2
            if tables[table][middle].key.lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension [UInt8] {
    init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}

extension Span<UInt8> {
    var text: String { String(decoding: [UInt8](copying: self), as: UTF8.self) }
}
