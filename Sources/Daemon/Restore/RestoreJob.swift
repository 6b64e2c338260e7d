import Contracts
import Kafka
import SQLite
import Synchronization
import Telemetry
import Threads
import Workers

/// Brings the files of some partitions up to what Kafka holds, on a thread of its own, while the loop goes on polling.
/// It ends with the shards, or with the reason why there are none.
final class RestoreJob: Sendable {
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
        /// Inputs of which a group that has never worked reads what comes from now on.
        var withoutPast: Set<String> = []
        /// Keeps the files of other partitions warm, where that is wanted.
        var standby: Standby?

        /// Inputs that give way to the others.
        var background: Set<String> = []

        /// What the group assigns. Earlier versions do not know what the context sends to itself, nor what gives way to
        /// the others, and members that differ in what they want would get partitions that do not belong together:
        /// those topics' partitions go with the others.
        var subscribed: [String] { inputs.filter { $0 != context.internal && !background.contains($0) } }
    }

    enum Outcome: Sendable {
        case restored([Shard])
        case cancelled
        case failed(any Error)
    }

    /// Who was slow may have been overtaken: another member has got the partition, and has committed since.
    struct Overtaken: Error, CustomStringConvertible {
        let partition: Int32
        var description: String { "another member has started on partition \(partition) in the meantime" }
    }

    let plan: Plan
    /// Changelog records that are still to be read, over all its partitions.
    let remaining = Atomic<Int>(0)
    private let cancelled = StopSignal()
    private let aside = Mutex<Set<Int32>>([])
    /// Files that were open already.
    private let warm = Atomic<Int>(0)
    private let outcome = Mutex<Outcome?>(nil)
    private let job = Mutex<(any BackgroundJob)?>(nil)
    private let surroundings: any Surroundings

    init(
        _ plan: Plan, tables: [any Table.Type], log: Logger, kafkaLog: Logger, in surroundings: any Surroundings
    ) {
        (self.plan, self.surroundings) = (plan, surroundings)
        let names = TableList(tables: tables)
        job.withLock { job in
            job = surroundings.start("restore") { [self] in
                plan.standby?.beginRestore()
                let outcome = attempt(names, log, kafkaLog)
                plan.standby?.endRestore()
                self.outcome.withLock { $0 = outcome }
            }
        }
    }

    func cancel() { cancelled.set() }
    var isCancelled: Bool { cancelled.isSet }

    /// The partitions whose files it has put aside.
    var putAside: Set<Int32> { aside.withLock { $0 } }

    /// nil as long as it works.
    func takeOutcome() -> Outcome? {
        guard let outcome = outcome.withLock({ $0.take() }) else { return nil }
        job.withLock { $0.take() }?.join()
        return outcome
    }

    private func attempt(_ tables: TableList, _ log: Logger, _ kafkaLog: Logger) -> Outcome {
        do {
            return try restore(tables, log, kafkaLog)
        } catch let error as SQLiteError where error.isReadOnly || error.cannotOpen {
            // Without room for its log, or with too many files open, SQLite says the same: that passes.
            let path = error.path ?? plan.directory.path
            return .failed(StateDirectory.canWrite(path) ? error : StateError.notWritable(path, error.reason))
        } catch { return .failed(error) }
    }

    private func restore(_ tables: TableList, _ log: Logger, _ kafkaLog: Logger) throws -> Outcome {
        let began = surroundings.now
        let restores = try openAll(tables, log)
        return try plan.watchdog.lending(
            plan.callLimit, { try surroundings.admin(plan.properties, log: kafkaLog) },
            { admin in try follow(restores, admin, began, log, kafkaLog) })
    }

    private func follow(
        _ restores: [ShardRestore], _ admin: any OffsetSource, _ began: ContinuousClock.Instant, _ log: Logger,
        _ kafkaLog: Logger
    ) throws -> Outcome {
        // Before anything else about the topics: one that is created again from here on is another one. The ids are
        // noted for later, and not waited for.
        let ids =
            plan.isEmbedded
            ? [:] : plan.watchdog.guarding(plan.callLimit) { (try? admin.topicIDs(plan.inputs)) ?? [:] }
        // First the offsets, then the ends: what is committed in between is restored too, and the offsets lie before
        // it.
        guard let committed = try committedOffsets(admin, log) else { return .cancelled }
        CrashPoint.reach(.offsetsRead)
        var targets: [Int32: Int64] = [:]
        for restore in restores {
            let ends = try watermarks(plan.context.changelog, restore.partition, admin)
            try restore.begin(in: ends, of: plan.context.changelog)
            if try restore.shard.position < ends.high { targets[restore.partition] = ends.high }
        }
        CrashPoint.reach(.endsRead)
        let replay = try ChangelogReplay(plan, restores, targets, in: surroundings)
        let found = try replay.run(remaining, cancelled, log, kafkaLog)
        guard let found else { return .cancelled }
        CrashPoint.reach(.rowsApplied)
        let shards = try restores.map { try $0.shard }
        var start = InputStart(plan, ids: ids, log)
        for (index, shard) in shards.enumerated() {
            let (offsets, partition) = (committed[index], shard.partition)
            // Records alone prove nothing: the very first transaction may have been aborted.
            let hasWorked = try found.rows[partition] != nil || !shard.isEmpty
            let known = try shard.knownInputs()
            if start.needsSecondLook(offsets, known, hasWorked: hasWorked) {
                guard let now = try committedOffsets(admin, log) else { return .cancelled }
                guard now[index] == offsets else { throw Overtaken(partition: partition) }
            }
            let inputs = try start.inputs(of: partition, offsets, known, hasWorked: hasWorked) { topic in
                try watermarks(topic, partition, admin)
            }
            shard.begin(at: inputs)
            shard.meet(
                (found.strays[partition] ?? []).filter { $0.offset >= inputs.strays }, untold: found.untold[partition])
        }
        if let error = try identify(start.known, admin, kafkaLog) { throw error }
        start.report()
        for shard in shards {
            try shard.save(evenIfUnchanged: true)
            CrashPoint.reach(.restoredSaved)
            try shard.setRestoring(false)
            try shard.findNextDue()
        }
        let duration = surroundings.now - began
        log.info(
            "restored",
            [
                "partitions": plan.partitions.map(String.init).joined(separator: ","),
                "warm": warm.load(ordering: .relaxed),
                "rows": found.rows.values.reduce(0, +),
                "ms": duration.milliseconds,
            ])
        return .restored(shards)
    }

    /// Whether the inputs are the topics that were read before.
    private func identify(
        _ known: [TopicIdentity.Known], _ admin: any OffsetSource, _ kafkaLog: Logger
    ) throws -> StateError? {
        guard !known.isEmpty, !plan.isEmbedded else { return nil }
        let identity = TopicIdentity(properties: plan.properties, surroundings: surroundings)
        return try plan.watchdog.lending(
            plan.callLimit, { try identity.reader(log: kafkaLog) }, { try identity.check(known, with: $0, by: admin) })
    }

    /// Some at a time: of each that was left by a crash SQLite reads the log.
    private func openAll(_ tables: TableList, _ log: Logger) throws -> [ShardRestore] {
        let opened = Mutex<[Int32: ShardRestore]>([:])
        var threads = RestoreThreads(in: surroundings)
        for partition in plan.partitions {
            try threads.start(partition) { [self] in
                let restore = try open(partition, tables, log)
                opened.withLock { $0[partition] = restore }
            }
        }
        try threads.finish()
        return opened.withLock { opened in plan.partitions.compactMap { opened[$0] } }
    }

    private func open(_ partition: Int32, _ tables: TableList, _ log: Logger) throws -> ShardRestore {
        if let kept = takeBack(partition, log) { return kept }
        if plan.damaged.contains(partition) {
            ShardFile.setAside(plan.directory.file(partition))
            aside.withLock { _ = $0.insert(partition) }
        }
        return try plan.open(partition, tables, log)
    }

    /// A file that was kept warm. One that is damaged is closed, and rebuilt.
    private func takeBack(_ partition: Int32, _ log: Logger) -> ShardRestore? {
        guard let kept = plan.standby?.takeBack(partition, log), !plan.damaged.contains(partition) else { return nil }
        warm.add(1, ordering: .relaxed)
        return kept
    }

    private func watermarks(
        _ topic: String, _ partition: Int32, _ admin: any OffsetSource
    ) throws(KafkaError) -> (low: Int64, high: Int64) {
        try plan.watchdog.guarding(plan.callLimit) { () throws(KafkaError) in try admin.watermarks(topic, partition) }
    }

    /// For each partition the offset of each input. While a predecessor's transaction is open Kafka does not tell them:
    /// wait.
    private func committedOffsets(_ admin: any OffsetSource, _ log: Logger) throws -> [[Int64?]]? {
        let wanted = plan.partitions.flatMap { partition in plan.inputs.map { TopicPartition($0, partition) } }
        var waits = 0
        while !cancelled.isSet {
            do throws(KafkaError) {
                let offsets = try plan.watchdog.guarding(plan.callLimit) { () throws(KafkaError) in
                    try admin.committed(group: plan.group, wanted, timeout: .seconds(3))
                }
                return stride(from: 0, to: offsets.count, by: plan.inputs.count).map {
                    Array(offsets[$0..<$0 + plan.inputs.count])
                }
            } catch {
                guard error.severity == .retriable else { throw error }
                waits += 1
                if waits == 2 { log.info("waiting for the group's offsets", ["reason": error.reason]) }
            }
        }
        return nil
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
