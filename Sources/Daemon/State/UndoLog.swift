/// What rows were before an open Kafka transaction has changed them, in the order in which it has.
struct UndoLog: ~Copyable {
    /// A row as it was: its bytes are the last of those that are kept.
    struct Change {
        let table: Int
        let row: Int
        let state: KeyedRows.State
        /// Negative where there was no row.
        fileprivate let valueCount: Int
    }

    /// Memory that is kept for the next transaction.
    private static let usual = 1 << 20

    private var changes: [Change] = []
    private var bytes: [UInt8] = []

    mutating func note(table: Int, row: Int, _ state: KeyedRows.State, _ value: UnsafeBufferPointer<UInt8>?) {
        let valueCount = unsafe value?.count ?? -1
        changes.append(Change(table: table, row: row, state: state, valueCount: valueCount))
        if let value = unsafe value { unsafe bytes.append(contentsOf: value) }
    }

    /// What was written since is kept.
    mutating func removeAll() {
        changes.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.usual)
    }

    /// Lends what was before, from the last change to the first, and forgets it.
    mutating func unwind(_ restore: (Change, Span<UInt8>?) -> Void) {
        while let change = changes.popLast() {
            guard change.valueCount >= 0 else {
                restore(change, nil)
                continue
            }
            let start = bytes.count - change.valueCount
            restore(change, bytes.span.extracting(start...))
            bytes.removeSubrange(start...)
        }
        removeAll()
    }
}
