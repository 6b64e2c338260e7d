import Contracts
import JSON
import Kafka
import SQLite
import Workers

/// The rows of one partition: in one file, and in memory those that were changed since it was saved, or read. What an
/// open Kafka transaction changes can be rolled back in memory alone; the file is saved once a second, with what Kafka
/// has committed. So it never holds what Kafka does not, and is at most a little behind.
///
/// One thread uses it at a time: the restorer first, then the loop.
final class Shard: Store, @unchecked Sendable {
    let partition: Int32
    /// The input positions that the open Kafka transaction commits.
    var inputs = InputPositions(topics: [], offsets: [])
    /// The input positions that the group has committed.
    private(set) var committed = InputPositions(topics: [], offsets: [])
    /// Whether the last record of the changelog up to `position` is the row of the input positions. If not, a version
    /// that writes no such row may have been at work since.
    private var endsWithPositions: Bool
    /// The changelog position: the offset behind the last record whose row is here.
    var position: Int64
    /// What the context sends to itself is not read on: the record at this offset waits until the commands have been
    /// read up to another.
    var barrier: (record: Int64, commands: Int64)?
    /// The record that has waited long enough.
    var passedBarrier: Int64?
    /// What timers wait for that fire behind the commands.
    var timerBarrier = TimerBarrier()
    /// Records of its changelog that no table takes and that are not dead letters yet.
    private(set) var strays: [Stray] = []
    /// The offset of the first of them, those that are too many for now included: a file that is opened again begins
    /// there, so that none is passed over in silence.
    private var firstUnreported: Int64?
    /// The offset of the first of those that are too many.
    private(set) var nextUnreported: Int64?
    /// How many answers to replays are kept; nil where they have not been counted.
    var replayCount: Int?
    /// Kafka's time of the record that was read last.
    var readTime: Timestamp?
    /// Whether it is part of the open Kafka transaction.
    private(set) var isEnlisted = false
    /// Whether Kafka has committed changes that the file does not have.
    private var hasUnsaved = false
    private var undo = UndoLog()
    private var nextTimer = NextTimer()
    private let file: ShardFile
    private let tables: [ShardTable]

    init(_ partition: Int32, file: ShardFile, tables: [any Table.Type]) throws {
        self.partition = partition
        self.file = file
        position = file.position
        endsWithPositions = file.endsWithPositions
        self.tables = try tables.map { try ShardTable($0, file.database) }
    }

    // MARK: Rows

    func read(table: Int, key: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws {
        try tables[table].read(key, body)
    }

    func scan(table: Int, from start: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool) throws {
        try tables[table].scan(from: start, body)
    }

    func put(table: Int, key: Span<UInt8>, value: Span<UInt8>) throws {
        tables[table].put(key, value, at: table, &undo)
        if table == Timers.tableIndex {
            nextTimer.set(key)
            try findNextDue()
        }
    }

    func delete(table: Int, key: Span<UInt8>) throws {
        tables[table].put(key, nil, at: table, &undo)
        if table == Timers.tableIndex {
            nextTimer.cancel(key)
            try findNextDue()
        }
    }

    /// The timer that is due next; nil when there is none.
    var firstTimer: Timer? { nextTimer.timer }
    var nextDue: Timestamp? { nextTimer.timer?.due }

    func findNextDue() throws { try nextTimer.find(tables[Timers.tableIndex].scan) }

    /// Whether there is any row at all.
    var isEmpty: Bool {
        get throws {
            for table in tables {
                var isEmpty = true
                try table.scan(from: "".utf8.span) { _, _ in
                    isEmpty = false
                    return false
                }
                guard isEmpty else { return false }
            }
            return true
        }
    }

    /// What a restore has found that no table takes.
    func setStrays(_ strays: [Stray], unreported: Int64?) {
        (self.strays, nextUnreported) = (strays, unreported)
        firstUnreported = strays.first?.offset ?? unreported
    }

    // MARK: Inputs

    /// Where reading goes on in each.
    var inputOffsets: [TopicPartition] {
        zip(inputs.topics, inputs.offsets).map { TopicPartition($0, partition, offset: $1) }
    }

    /// Keeps a row of the daemon's own among the timers, one that never fires, within the open transaction.
    /// - Parameter row: nil for a deletion.
    func putOwn(_ key: String, _ row: Span<UInt8>?) {
        tables[Timers.tableIndex].put(key.utf8.span, row, at: Timers.tableIndex, &undo)
    }

    /// What is known of the inputs, from the file; nil where no version has written it, or where it cannot be read.
    /// - Returns: and whether nothing has been written to the changelog since, so that it is where the work had come.
    /// - Throws: also `StateError.newerChangelog`: a file that was up to date has nothing read of the changelog.
    func storedPositions() throws -> (row: InputPositions, isLast: Bool)? {
        var known: InputPositions?
        try read(table: Timers.tableIndex, key: InputPositions.rowKey.utf8.span) { bytes in
            try InputPositions.checkFormat(bytes)
            var reader = JSONReader()
            known = try? InputPositions(reader.fields(of: bytes))
        }
        return known.map { ($0, endsWithPositions) }
    }

    /// Starts handling records from these positions.
    func begin(at inputs: InputPositions) { (self.inputs, committed) = (inputs, inputs) }

    // MARK: Transactions

    /// Makes it part of the open Kafka transaction: what is written from here on can be rolled back.
    func enlist() throws {
        guard !isEnlisted else { return }
        // One view of the file for all that is read until it is saved: a lock for each row costs more than the row.
        try beginFile()
        isEnlisted = true
    }

    /// Keeps what was written since `enlist`: Kafka has committed it. `position` is where the changelog ends behind it,
    /// nil when no row has changed.
    func commit(_ position: Int64?) {
        undo.removeAll()
        (isEnlisted, hasUnsaved) = (false, true)
        committed = inputs
        endsWithPositions = true
        if let first = strays.first, inputs.straysReported > first.offset {
            (strays, firstUnreported) = ([], nextUnreported)
        }
        if let position { self.position = position }
    }

    /// Rolls back what was written since `enlist`.
    func rollBack() throws {
        inputs = committed
        guard isEnlisted else { return }
        replayCount = nil
        undo.unwind { change, value in tables[change.table].undo(change, value) }
        for table in tables { table.finishRollBack() }
        isEnlisted = false
        nextTimer.invalidate()
        try findNextDue()
    }

    /// Bytes of memory that its rows take.
    var size: Int { tables.reduce(0) { $0 + $1.size } }

    /// Whether that is more than they may: saved, they are forgotten.
    var isFull: Bool { size > file.rowBytes }

    /// Saves all that is released. With `evenIfUnchanged` it also notes that the file is still in use. A file that
    /// could not be saved is what it was before, and its rows are still here.
    func save(evenIfUnchanged: Bool = false) throws {
        precondition(!isEnlisted, "a file is saved between Kafka's transactions")
        if hasUnsaved || evenIfUnchanged {
            try saveFile { for table in tables { try table.write() } }
            for table in tables { table.saved() }
        }
        // Rows that were only read fill the memory too.
        if isFull { for table in tables { table.evict() } }
    }

    private func beginFile() throws { if !file.database.isInTransaction { try file.database.begin() } }

    /// Writes rows into the file, and the position behind them in the same transaction.
    private func saveFile(_ write: () throws -> Void) throws {
        do {
            try beginFile()
            try write()
            // Rows that are read once more are what they are.
            try file.setPosition(min(position, firstUnreported ?? position), endsWithPositions: endsWithPositions)
            CrashPoint.reach(.positionNoted)
            try file.database.commit()
        } catch {
            // A full or failing disk can make SQLite roll back by itself.
            if file.database.isInTransaction { try? file.database.rollBack() }
            throw error
        }
        hasUnsaved = false
        CrashPoint.reach(.saved)
    }

    // MARK: Restoring

    /// Whether rows of the changelog come, and no work yet.
    func setRestoring(_ isRestoring: Bool) throws { try file.setRestoring(isRestoring) }

    var tableNames: [StaticString] { tables.map(\.name) }

    /// Saves rows of the changelog, with the position behind them.
    func write(_ rows: ShardRows) throws {
        precondition(!isEnlisted && !hasUnsaved, "rows of the changelog come before any work")
        for table in tables { table.evict() }
        nextTimer.invalidate()
        replayCount = nil
        position = rows.position
        if rows.records > 0 { endsWithPositions = rows.endsWithPositions }
        // Killed before it is told, it is read once more.
        firstUnreported = rows.firstStray
        try saveFile {
            for (index, table) in tables.enumerated() {
                try rows.forEachInOrder(table: index) { key, value in try table.write(key, value) }
            }
        }
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
