/// Rows of one shard that have been read from its changelog and not written yet, and how far the changelog has been read with them.
/// One thread has it at a time.
final class ShardRows: @unchecked Sendable {
    /// Where the changelog goes on behind them.
    var position: Int64
    /// How many records they come from.
    private(set) var records = 0
    private var byTable: [Table] = []

    private final class Table { var rows = LatestRows() }

    init(tables: Int, position: Int64) {
        self.position = position
        byTable = (0..<tables).map { _ in Table() }
    }

    var tableCount: Int { byTable.count }

    /// Bytes of memory.
    var size: Int { byTable.reduce(0) { $0 + $1.rows.size } }

    func take(table: Int, key: Span<UInt8>, value: Span<UInt8>?) {
        records += 1
        byTable[table].rows.take(key: key, value: value)
    }

    /// Lends each row of a table, as it was said last, in the order of the keys; a value is nil for a deletion.
    func forEachInOrder(table: Int, _ body: (Span<UInt8>, Span<UInt8>?) throws -> Void) throws {
        try byTable[table].rows.forEachInOrder(body)
    }
}
