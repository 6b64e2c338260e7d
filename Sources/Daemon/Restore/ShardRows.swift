import JSON
import Workers

/// Rows of one shard that have been read from its changelog and not written yet, and how far the changelog has been
/// read with them. One thread has them at a time.
final class ShardRows: @unchecked Sendable {
    /// Where the changelog goes on behind them.
    var position: Int64
    /// How many records they come from.
    private(set) var records = 0
    /// Whether the last of them says how far the shard has come in its inputs.
    private(set) var endsWithPositions = false
    /// Records of tables that there are not, since the reading began.
    private(set) var strays: [Stray] = []
    /// The first of those that there are too many of.
    private(set) var unreported: Int64?
    /// The first of all that are there.
    var firstStray: Int64? { strays.first?.offset ?? unreported }
    private let tables: [Table]

    private final class Table {
        let name: StaticString
        private var rows = KeyedRows()

        init(_ name: StaticString) { self.name = name }

        var size: Int { rows.size + rows.count * KeyedRows.sortingSize }

        func take(_ key: Span<UInt8>, _ value: Span<UInt8>?) {
            rows.set(rows.findOrAdd(key, for: value?.count ?? 0), value)
        }

        func forEachInOrder(_ body: (Span<UInt8>, Span<UInt8>?) throws -> Void) throws {
            for row in rows.sorted(0..<Int32(rows.count)) {
                let key = unsafe Span(_unsafeElements: rows.key(Int(row)))
                if let value = unsafe rows.value(Int(row)) {
                    try unsafe body(key, Span(_unsafeElements: value))
                } else {
                    try body(key, nil)
                }
            }
        }

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
    func next() -> ShardRows {
        let next = ShardRows(tables: tables.map(\.name), position: position)
        // Of a record that no table takes the deletion may come yet.
        (next.strays, next.unreported) = (strays, unreported)
        return next
    }

    /// Bytes of memory, those for sorting included.
    var size: Int { tables.reduce(0) { $0 + $1.size } }

    /// Notes what a changelog record says; its key is `table/key`, and no value is a deletion. One of an unknown table
    /// is kept apart: a later version may have written it, or somebody who should not.
    /// - Throws: `StateError` where a version has written it that is too new.
    func take(key: Span<UInt8>, value: Span<UInt8>?, offset: Int64) throws {
        guard let slash = key.firstIndex(of: UInt8(ascii: "/")),
            let table = tables.first(where: { $0.isNamed(key.extracting(..<slash)) })
        else {
            // Taken out again by its deletion.
            strays.removeAll { $0.key.span.isEqual(to: key) }
            guard let value else { return }
            let size = strays.reduce(key.count + value.count) { $0 + $1.key.count + $1.value.count }
            // What is told is told in order: nothing behind the first that is not.
            guard unreported == nil else { return }
            if strays.isEmpty || strays.count < Self.strayLimit && size <= Self.strayBytes {
                strays.append(Stray(offset: offset, key: key, value: value))
            } else {
                unreported = offset
            }
            return
        }
        records += 1
        let rowKey = key.extracting((slash + 1)...)
        endsWithPositions = rowKey.count == Self.inputsKey.count && rowKey.isEqual(to: Self.inputsKey.span)
        if endsWithPositions, let value { try InputPositions.checkFormat(value) }
        table.take(rowKey, value)
    }

    /// Those before an offset have been told of. What there were too many of stays to be told.
    func dropStrays(below offset: Int64) { strays.removeAll { $0.offset < offset } }

    /// They are large, perhaps, and there may be many.
    private static let (strayLimit, strayBytes) = (100, RecordLimits.strays)
    private static let inputsKey = Array(InputPositions.rowKey.utf8)

    /// Lends each row of a table, by the table's place, as it was said last and in the order of the keys; a value is
    /// nil for a deletion.
    func forEachInOrder(table: Int, _ body: (Span<UInt8>, Span<UInt8>?) throws -> Void) throws {
        try tables[table].forEachInOrder(body)
    }
}

/// A record of a changelog that no table takes.
struct Stray: Sendable {
    let offset: Int64
    let key: [UInt8]
    let value: [UInt8]

    init(offset: Int64, key: Span<UInt8>, value: Span<UInt8>) {
        self.offset = offset
        self.key = key.indices.map { key[$0] }
        self.value = value.indices.map { value[$0] }
    }
}

extension Span<UInt8> {
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for position in indices where self[position] != other[position] { return false }
        return true
    }

    func firstIndex(of byte: UInt8) -> Int? {
        for position in indices where self[position] == byte { return position }
        return nil
    }
}
