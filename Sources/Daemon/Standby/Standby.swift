import Contracts
import Synchronization
import Telemetry
import Threads
import Workers

/// Keeps the files of partitions that other members work on nearly up to date, so that whoever gets such a partition
/// has little to restore. `ChangelogFollower` reads the changelogs and writes these files, just as a restore does.
///
/// A file has one owner: the loop, a restore, or this. The loop lends the partitions that it does not have; a restore
/// takes back those that it needs, with the open file; and a file is opened here only while it is lent. One lock says
/// all that: whoever holds it has the files.
final class Standby: Sendable {
    /// Bytes of rows that may wait, over all partitions: half of what a restore has, which there may be beside it.
    private static let memory = 32 << 20

    let plan: RestoreJob.Plan
    private let tables: TableList
    /// Partitions whose files may be opened here.
    private let lent = Mutex<Set<Int32>>([])
    private let files: Mutex<CollectedRows>
    /// How often files have come or gone.
    private let changes = Atomic(0)
    /// Restores that are at work.
    private let restores = Atomic(0)
    private let status = Mutex(Status())

    /// How far it is.
    struct Status: Sendable {
        var partitions = 0
        /// Changelog records that are not read yet, over all partitions.
        var lag = 0
        /// Whether each file that may be here is, and little is missing in it.
        var isWarm = false
    }

    init(_ plan: RestoreJob.Plan, tables: [any Table.Type], in surroundings: any Surroundings) {
        self.plan = plan
        self.tables = TableList(tables: tables)
        files = Mutex(CollectedRows(memory: Self.memory, in: surroundings))
    }

    // MARK: For the loop, which never waits

    /// Lends these partitions, and no others. Whoever lends has none of their files open.
    func lend(_ partitions: Set<Int32>) { lent.withLock { $0 = partitions } }

    var isWarm: Bool { status.withLock { $0.isWarm } }

    // MARK: For a restore, on its own thread

    /// While it works nothing is read here: it has the core and the disk.
    func beginRestore() { restores.add(1, ordering: .relaxed) }
    func endRestore() { restores.subtract(1, ordering: .relaxed) }

    /// Takes a partition back, with all that has been read of its changelog. Waits for what is being written.
    /// - Returns: its file; nil where none is open here, or where it could not be written.
    func takeBack(_ partition: Int32, _ log: Logger) -> ShardRestore? {
        lent.withLock { _ = $0.remove(partition) }
        return files.withLock { files in
            changes.add(1, ordering: .relaxed)
            do { return try files.takeOut(partition) } catch {
                log.warning(
                    "a file that was kept warm is opened again", ["partition": partition, "reason": "\(error)"])
                return nil
            }
        }
    }

    // MARK: For its thread

    var isPaused: Bool { restores.load(ordering: .relaxed) > 0 }
    var version: Int { changes.load(ordering: .relaxed) }

    /// Partitions that are lent, and whose files are not open.
    var missing: Set<Int32> {
        let partitions = lent.withLock { $0 }
        return files.withLock { partitions.subtracting($0.partitions) }
    }

    /// Opens a file, if it is lent still.
    /// - Parameter ends: the changelog's.
    func open(_ partition: Int32, _ ends: (low: Int64, high: Int64), _ log: Logger) throws {
        try files.withLock { files in
            guard isLent(partition) else { return }
            let restore = try plan.open(partition, tables, log)
            try restore.begin(in: ends, of: plan.context.changelog)
            try files.add(restore, target: ends.high)
            changes.add(1, ordering: .relaxed)
        }
    }

    /// Does something with the files, and lets a restore that waits for them come between two times.
    func withFiles<Result>(_ body: (inout CollectedRows) throws -> Result) rethrows -> Result {
        try files.withLock { try body(&$0) }
    }

    /// Does something with the file of a partition, which is not open, if it is lent still.
    func withFile(_ partition: Int32, _ body: (_ path: String) -> Void) {
        files.withLock { files in
            guard isLent(partition), files.position(partition) == nil else { return }
            body(plan.directory.file(partition))
        }
    }

    /// Closes all files.
    func closeFiles() {
        files.withLock { files in
            files.dropAll()
            changes.add(1, ordering: .relaxed)
        }
    }

    func report(_ new: Status) { status.withLock { $0 = new } }

    private func isLent(_ partition: Int32) -> Bool { lent.withLock { $0.contains(partition) } }
}
