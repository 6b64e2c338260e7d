import Contracts
import JSON
import Kafka
import SQLite
import Workers

/// The rows of one partition in one file. The file's transaction goes over many of Kafka's, each of which is a
/// savepoint in it: it can be rolled back alone, and the file is saved once a second. So the file never holds what
/// Kafka does not, and is at most a little behind.
///
/// One thread uses it at a time: the restorer first, then the loop.
final class Shard: Store, @unchecked Sendable {
    let partition: Int32
    /// How far it has come in its inputs, once the open Kafka transaction is committed.
    var inputs = InputPositions(topics: [], next: [])
    /// The same if that is aborted: what the group has committed.
    private(set) var committed = InputPositions(topics: [], next: [])
    /// Whether the last record of the changelog up to `position` is the row of the input positions. If not, a version
    /// that writes no such row may have been at work since.
    private var endsInInputs: Bool
    /// The changelog position: the offset behind the last record whose row is here.
    var position: Int64
    /// What the context sends to itself is not read on: the record at this offset waits until the commands have been
    /// read up to another.
    var hold: (record: Int64, commands: Int64)?
    /// The record that has waited long enough.
    var released: Int64?
    /// Records of its changelog that no table takes and that are not dead letters yet.
    private(set) var strays: [Stray] = []
    /// The offset of the first of them, those that are too many for now included: a file that is opened again begins
    /// there, so that none is passed over in silence.
    private var firstUntold: Int64?
    /// The offset of the first of those that are too many.
    private(set) var nextUntold: Int64?
    /// Replays that were asked for last.
    var replays = RecentReplays()
    /// Kafka's time of the record that was read last.
    var readTime: Timestamp?
    /// When the next timer is due; nil when there is none.
    private(set) var nextDue: Timestamp?
    /// Whether a savepoint is set, for the open Kafka transaction.
    private(set) var isTouched = false
    private var isOpen = false
    private let file: ShardFile
    private let savepoint: Savepoint
    private let tables: [ShardTable]

    init(_ partition: Int32, file: ShardFile, tables: [any Table.Type]) throws {
        self.partition = partition
        self.file = file
        position = file.position
        endsInInputs = file.endsInInputs
        self.tables = try tables.map { try ShardTable($0.name, file.database) }
        savepoint = try file.database.savepoint("kafka")
    }

    // MARK: Rows

    func read(table: Int, key: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws {
        try tables[table].select.withRow(text: key) { row in try body(row.bytes(0)) }
    }

    func scan(table: Int, from start: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool) throws {
        try tables[table].scan.forEachRow(from: start, body)
    }

    func put(table: Int, key: Span<UInt8>, value: Span<UInt8>) throws {
        try tables[table].upsert.run(text: key, text: value)
        if table == Timers.position { try findNextDue() }
    }

    func delete(table: Int, key: Span<UInt8>) throws {
        try tables[table].delete.run(text: key)
        if table == Timers.position { try findNextDue() }
    }

    /// The timer that is due next.
    func firstTimer() throws -> Timer? {
        var timer: Timer?
        try tables[Timers.position].scan.forEachRow(from: "".utf8.span) { key, _ in
            timer = Timer(key: String(copying: key))
            return false
        }
        // Those of the end of time never fire.
        return timer.flatMap { $0.due < .last ? $0 : nil }
    }

    func findNextDue() throws { nextDue = try firstTimer()?.due }

    /// Whether there is any row at all.
    var isEmpty: Bool {
        get throws {
            for table in tables {
                var isEmpty = true
                try table.scan.forEachRow(from: "".utf8.span, limit: 1) { _, _ in
                    isEmpty = false
                    return false
                }
                guard isEmpty else { return false }
            }
            return true
        }
    }

    /// What a restore has found that no table takes.
    func meet(_ strays: [Stray], untold: Int64?) {
        (self.strays, nextUntold) = (strays, untold)
        firstUntold = strays.first?.offset ?? untold
    }

    // MARK: Inputs

    /// Where reading goes on in each.
    var inputOffsets: [TopicPartition] {
        zip(inputs.topics, inputs.next).map { TopicPartition($0, partition, offset: $1) }
    }

    /// Keeps how far it has come as a row, within the open transaction.
    func putInputs(_ row: Span<UInt8>) throws {
        try tables[Timers.position].upsert.run(text: InputPositions.rowKey.utf8.span, text: row)
    }

    /// What is known of the inputs, from the file; nil where no version has written it, or where it cannot be read.
    /// - Returns: and whether nothing has been written to the changelog since, so that it is where the work had come.
    /// - Throws: also `StateError.newerChangelog`: a file that was up to date has nothing read of the changelog.
    func knownInputs() throws -> (row: InputPositions, isLast: Bool)? {
        var known: InputPositions?
        try read(table: Timers.position, key: InputPositions.rowKey.utf8.span) { bytes in
            try InputPositions.checkFormat(bytes)
            var reader = JSONReader()
            known = try? InputPositions(reader.fields(of: bytes))
        }
        return known.map { ($0, endsInInputs) }
    }

    /// Begins to work from here.
    func begin(at inputs: InputPositions) { (self.inputs, committed) = (inputs, inputs) }

    // MARK: Transactions

    /// Sets a savepoint: what is written from here on can be rolled back.
    func touch() throws {
        guard !isTouched else { return }
        try requireSound()
        if !isOpen { try file.database.begin() }
        isOpen = true
        try savepoint.set()
        isTouched = true
    }

    /// Keeps what was written since `touch`: Kafka has committed it. `position` is where the changelog ends behind it,
    /// nil when no row has changed.
    func release(_ position: Int64?) throws {
        try savepoint.release()
        replays.release()
        isTouched = false
        committed = inputs
        endsInInputs = true
        if let first = strays.first, inputs.strays > first.offset { (strays, firstUntold) = ([], nextUntold) }
        if let position { self.position = position }
    }

    /// Rolls back what was written since `touch`. After an error that has not happened yet, and nothing can be saved.
    func rollBack() throws {
        inputs = committed
        replays.rollBack()
        guard isTouched else { return }
        try savepoint.cancel()
        isTouched = false
        try findNextDue()
    }

    /// Saves all that is released. With `evenIfUnchanged` it also notes that the file is still in use.
    func save(evenIfUnchanged: Bool = false) throws {
        precondition(!isTouched, "a file is saved between Kafka's transactions")
        guard isOpen || evenIfUnchanged else { return }
        try requireSound()
        if !isOpen { try file.database.begin() }
        isOpen = true
        // Rows that are read once more are what they are.
        try file.note(min(position, firstUntold ?? position), endsInInputs: endsInInputs)
        CrashPoint.reach(.positionNoted)
        try file.database.commit()
        isOpen = false
        CrashPoint.reach(.saved)
    }

    /// A full or failing disk can make SQLite roll back the whole transaction by itself, with all that was released in
    /// it. Then the position is ahead of the rows: it must not get into the file, which is still sound as it lies.
    private func requireSound() throws {
        guard !isOpen || file.database.isInTransaction else { throw TransactionLost(path: file.path) }
    }

    // MARK: Restoring

    /// Whether rows of the changelog come, and no work yet.
    func setRestoring(_ isRestoring: Bool) throws { try file.setRestoring(isRestoring) }

    var tableNames: [StaticString] { tables.map(\.name) }

    /// Saves rows of the changelog, with the position behind them.
    func write(_ rows: ShardRows) throws {
        precondition(!isOpen, "rows of the changelog come before any work")
        try file.database.begin()
        isOpen = true
        for (index, table) in tables.enumerated() {
            try rows.forEachInOrder(table: index) { key, value in
                if let value { try table.upsert.run(text: key, text: value) } else { try table.delete.run(text: key) }
            }
        }
        position = rows.position
        if rows.records > 0 { endsInInputs = rows.endsInInputs }
        // Killed before it is told, it is read once more.
        firstUntold = rows.firstStray
        try save()
    }
}

/// SQLite has rolled back more than it was asked to. The file has to be opened again, and follows the changelog from
/// where it is.
struct TransactionLost: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path): SQLite has rolled back what was not saved yet" }
}

/// A table's statements, compiled once.
private final class ShardTable {
    let name: StaticString
    let select: Statement
    let upsert: Statement
    let delete: Statement
    let scan: Scan

    init(_ name: StaticString, _ database: borrowing Database) throws(SQLiteError) {
        self.name = name
        try database.execute(
            "CREATE TABLE IF NOT EXISTS \(name)(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        select = try database.prepare("SELECT value FROM \(name) WHERE key = ?1")
        upsert = try database.prepare("INSERT INTO \(name) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
        delete = try database.prepare("DELETE FROM \(name) WHERE key = ?1")
        scan = try database.scan(name)
    }
}

extension String {
    /// Empty for none.
    init(copying bytes: Span<UInt8>?) {
        if let bytes { self.init(copying: bytes) } else { self = "" }
    }

    init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
