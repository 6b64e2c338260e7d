import Contracts
import Telemetry
import Workers

extension RestoreJob {
    /// What a restore, a standby and the loop know of the context and its topics.
    struct Plan: Sendable {
        var context: Context
        /// The own commands first, then what the context sends to itself.
        var inputs: [String]
        var group: String
        var properties: [String: String]
        var identity: ShardFile.Identity
        var directory: StateDirectory
        var partitions: [Int32]
        /// Those whose files are damaged: they are put aside and rebuilt.
        var damaged: Set<Int32> = []
        /// For the job's own thread, and how long a call may take.
        var watchdog: Watchdog
        var callLimit: Duration
        /// On librdkafka's mock cluster, which forgets transactional offsets; no earlier version is at work there.
        var isEmbedded = false
        /// Inputs that a group without offsets reads from their ends.
        var readFromEnd: Set<String> = []
        /// Keeps the files of other partitions warm, where that is wanted.
        var standby: Standby?
        /// Inputs that are read while the others have nothing.
        var background: Set<String> = []

        /// The topics that the group assigns. Earlier versions subscribe neither to what the context sends to itself
        /// nor to background inputs, and members with different subscriptions would be assigned partitions that do
        /// not belong together: the partitions of those topics follow the others.
        var subscribed: [String] { inputs.filter { $0 != context.internal && !background.contains($0) } }
    }
}

/// Metatypes of enums: they hold nothing that could be shared.
struct TableList: @unchecked Sendable { let tables: [any Table.Type] }

extension RestoreJob.Plan {
    /// Opens a partition's file, or makes it.
    func open(_ partition: Int32, _ tables: TableList, _ log: Logger) throws -> ShardRestore {
        try ShardRestore(partition, directory.file(partition), identity, tables.tables) { file in
            CrashPoint.reach(.fileOpened)
            guard file.isStale(at: .current) else { return true }
            log.warning("the file is too old to catch up: rebuilding it", ["partition": partition])
            return false
        }
    }
}
