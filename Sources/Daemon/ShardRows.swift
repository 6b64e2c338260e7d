/// Rows of one shard that have been read from its changelog and not written yet, and how far the changelog has been read with them.
/// One thread has them at a time.
final class ShardRows: @unchecked Sendable {
    /// Where the changelog goes on behind them.
    var position: Int64
    /// How many records they come from.
    private(set) var records = 0
    private let tables: [Table]

    private final class Table {
        let name: StaticString
        var rows = LatestRows()

        init(_ name: StaticString) { self.name = name }

        func isNamed(_ bytes: Span<UInt8>) -> Bool {
            guard bytes.count == name.utf8CodeUnitCount else { return false }
            for position in bytes.indices where unsafe bytes[position] != name.utf8Start[position] { return false }
            return true
        }
    }

    init(tables: [StaticString], position: Int64) {
        self.position = position
        self.tables = tables.map { Table($0) }
    }

    /// For what is read behind these.
    func next() -> ShardRows { ShardRows(tables: tables.map(\.name), position: position) }

    /// Bytes of memory.
    var size: Int { tables.reduce(0) { $0 + $1.rows.size } }

    /// Notes what a changelog record says; its key is `table/key`, and no value is a deletion.
    /// - Throws: `StateError` where the table is unknown.
    func take(key: Span<UInt8>, value: Span<UInt8>?) throws {
        guard let slash = key.firstIndex(of: UInt8(ascii: "/")),
            let table = tables.first(where: { $0.isNamed(key.extracting(..<slash)) })
        else { throw StateError.unknownTable(String(copying: key)) }
        records += 1
        table.rows.take(key: key.extracting((slash + 1)...), value: value)
    }

    /// Lends each row of a table, by the table's place, as it was said last and in the order of the keys; a value is nil for a
    /// deletion.
    func forEachInOrder(table: Int, _ body: (Span<UInt8>, Span<UInt8>?) throws -> Void) throws {
        try tables[table].rows.forEachInOrder(body)
    }
}

extension Span<UInt8> {
    func firstIndex(of byte: UInt8) -> Int? {
        for position in indices where self[position] == byte { return position }
        return nil
    }
}
