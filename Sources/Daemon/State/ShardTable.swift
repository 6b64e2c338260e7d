import SQLite
import Workers

/// A table of a shard: a table of its file, and in memory its rows that were changed since the file was saved, and
/// those that were read. Who reads a row gets the memory's; the file gets what has changed when it is saved, in the
/// order of the keys, so that each page is touched once.
final class ShardTable {
    let name: StaticString
    private let select: Statement
    private let upsert: Statement
    private let deletion: Statement
    private let fileScan: Scan
    /// Whether the memory has rows also when the file has them.
    private let areReadAgain: Bool
    private var rows = KeyedRows()
    /// Rows that the file does not have as they are; so many of them in the order of their keys.
    private var changed: [Int32] = []
    private var sortedCount = 0

    init(_ table: any Table.Type, _ database: borrowing Database) throws(SQLiteError) {
        (name, areReadAgain) = (table.name, table.areReadAgain)
        // Without, rows lie in the order of their keys. With a row id they lie in the order in which they were saved,
        // which fills one page after the other, and only their keys are put in among those that are there. Files of
        // earlier versions stay as they are.
        let order = areReadAgain ? "WITHOUT ROWID" : ""
        try database.execute(
            "CREATE TABLE IF NOT EXISTS \(name)(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) \(order)")
        select = try database.prepare("SELECT value FROM \(name) WHERE key = ?1")
        upsert = try database.prepare("INSERT INTO \(name) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
        deletion = try database.prepare("DELETE FROM \(name) WHERE key = ?1")
        fileScan = try database.scan(name)
    }

    /// Bytes of memory.
    var size: Int { rows.size }

    // MARK: Rows

    /// Lends the value of a row to `body`, which is not called when there is none.
    func read(_ key: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws {
        if let row = rows.find(key), rows.state(row) != .unknown {
            if let value = unsafe rows.value(row) { try unsafe body(Span(_unsafeElements: value)) }
            return
        }
        try select.withRow(text: key) { found in
            let value = found.bytes(0)
            let row = rows.findOrAdd(key, for: value.count)
            rows.set(row, value)
            rows.setState(row, .found)
            try body(value)
        }
    }

    /// Changes a row in memory.
    /// - Parameters:
    ///   - value: nil for a deletion.
    ///   - undo: gets what the row was before.
    func put(_ key: Span<UInt8>, _ value: Span<UInt8>?, at table: Int, _ undo: inout UndoLog) {
        let row = rows.findOrAdd(key, for: value?.count ?? 0)
        let state = rows.state(row)
        unsafe undo.note(table: table, row: row, state, rows.value(row))
        rows.set(row, value)
        guard state != .changed else { return }
        rows.setState(row, .changed)
        changed.append(Int32(row))
    }

    /// Makes a row what it was before a change: see `finishRollBack`.
    func undo(_ change: UndoLog.Change, _ value: Span<UInt8>?) {
        rows.set(change.row, value)
        rows.setState(change.row, change.state)
    }

    /// Behind the last `undo`.
    func finishRollBack() {
        changed = changed.filter { rows.state(Int($0)) == .changed }
        sortedCount = 0
    }

    /// Lends keys and values in the byte order of the keys, from `start` on (that one included), until `body` says
    /// false.
    func scan(from start: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool) throws {
        guard !changed.isEmpty else { return try fileScan.forEachRow(from: start, body) }
        sort()
        var ahead = changed[place { order(of: $0, start) }...]
        var goesOn = true
        // The memory's row that is next; what has been deleted there is passed over.
        func take() throws {
            let row = Int(ahead.removeFirst())
            let key = unsafe Span(_unsafeElements: rows.key(row))
            if let value = unsafe rows.value(row) { goesOn = try unsafe body(key, Span(_unsafeElements: value)) }
        }
        try fileScan.forEachRow(from: start) { key, value in
            while goesOn, let next = ahead.first {
                let order = order(of: next, key)
                if order > 0 { break }
                try take()
                // The file's is what the row was.
                if order == 0 { return goesOn }
            }
            if goesOn { goesOn = try body(key, value) }
            return goesOn
        }
        while goesOn, !ahead.isEmpty { try take() }
    }

    // MARK: Saving

    /// Writes the changed rows into the file's open transaction. They count as changed until `saved`.
    func write() throws(SQLiteError) {
        sort()
        for row in changed {
            let key = unsafe Span(_unsafeElements: rows.key(Int(row)))
            if let value = unsafe rows.value(Int(row)) {
                try unsafe upsert.run(text: key, text: Span(_unsafeElements: value))
            } else {
                try deletion.run(text: key)
            }
        }
    }

    /// The file has them.
    func saved() {
        for row in changed { rows.setState(Int(row), .found) }
        changed.removeAll(keepingCapacity: true)
        sortedCount = 0
        // Those that are read again have the memory for themselves.
        if !areReadAgain { evict() }
    }

    /// Writes what a changelog says past the memory, which is empty.
    func write(_ key: Span<UInt8>, _ value: Span<UInt8>?) throws(SQLiteError) {
        if let value { try upsert.run(text: key, text: value) } else { try deletion.run(text: key) }
    }

    /// Forgets what is in memory, all of which has been saved.
    func evict() {
        precondition(changed.isEmpty, "rows that are not saved are not forgotten")
        rows.removeAll()
    }

    // MARK: Order

    /// So many rows are put to their places one by one: a scan behind each change has one.
    private static let few = 16

    /// Puts what has been changed since the last time among the others.
    private func sort() {
        guard sortedCount < changed.count else { return }
        let added = rows.sorted(changed[sortedCount...])
        defer { sortedCount = changed.count }
        guard added.count > Self.few else {
            changed.removeLast(added.count)
            for row in added { changed.insert(row, at: place { rows.order($0, row) }) }
            return
        }
        var (old, place) = (sortedCount - 1, changed.count - 1)
        for row in added.reversed() {
            while old >= 0, rows.order(changed[old], row) > 0 {
                changed[place] = changed[old]
                (old, place) = (old - 1, place - 1)
            }
            changed[place] = row
            place -= 1
        }
    }

    /// The place among the changed rows, all sorted, behind those for which `order` is below 0.
    private func place(_ order: (Int32) -> Int) -> Int {
        var (low, high) = (0, changed.count)
        while low < high {
            let middle = (low + high) / 2
            if order(changed[middle]) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func order(of row: Int32, _ key: Span<UInt8>) -> Int {
        unsafe key.withUnsafeBufferPointer { unsafe KeyedRows.order(rows.key(Int(row)), $0) }
    }
}
