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
    enum Outcome: Sendable {
        case restored([Shard])
        case cancelled
        case failed(any Error)
    }

    /// The group has assigned the partition to another member meanwhile, and that one has committed since.
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
        guard let committed = try committedOffsets(plan.partitions, admin, log) else { return .cancelled }
        CrashPoint.reach(.offsetsRead)
        let targets = try targets(of: restores, admin)
        CrashPoint.reach(.endsRead)
        let replay = try ChangelogReplay(plan, restores, targets, in: surroundings)
        let replayed = try replay.run(remaining, cancelled, log, kafkaLog)
        guard let replayed else { return .cancelled }
        CrashPoint.reach(.rowsApplied)
        let shards = try restores.map { try $0.shard }
        var start = InputStart(plan, ids: ids, log)
        for (shard, offsets) in zip(shards, committed) {
            guard try begin(shard, offsets, replayed, &start, admin, log) else { return .cancelled }
        }
        if let error = try identify(start.known, admin, kafkaLog) { throw error }
        start.report()
        for shard in shards { try open(shard) }
        let duration = surroundings.now - began
        log.info(
            "restored",
            [
                "partitions": plan.partitions.map(String.init).joined(separator: ","),
                "warm": warm.load(ordering: .relaxed),
                "rows": replayed.rows.values.reduce(0, +),
                "ms": duration.milliseconds,
            ])
        return .restored(shards)
    }

    /// Where each changelog ends, of those that have rows which the file does not have.
    private func targets(of restores: [ShardRestore], _ admin: any OffsetSource) throws -> [Int32: Int64] {
        var targets: [Int32: Int64] = [:]
        for restore in restores {
            let ends = try watermarks(plan.context.changelog, restore.partition, admin)
            try restore.begin(in: ends, of: plan.context.changelog)
            if try restore.shard.position < ends.high { targets[restore.partition] = ends.high }
        }
        return targets
    }

    /// Sets the offsets from which a restored shard's inputs are read.
    /// - Parameter offsets: the group's, by input.
    /// - Returns: false when the restore was cancelled.
    private func begin(
        _ shard: Shard, _ offsets: [Int64?], _ replayed: ChangelogReplay.Result, _ start: inout InputStart,
        _ admin: any OffsetSource, _ log: Logger
    ) throws -> Bool {
        let partition = shard.partition
        // Records alone prove nothing: the very first transaction may have been aborted.
        let hasState = try replayed.rows[partition] != nil || !shard.isEmpty
        let known = try shard.storedPositions()
        if start.needsRecheck(offsets, known, hasState: hasState) {
            guard let now = try committedOffsets([partition], admin, log) else { return false }
            guard now == [offsets] else { throw Overtaken(partition: partition) }
        }
        let inputs = try start.inputs(of: partition, offsets, known, hasState: hasState) { topic in
            try watermarks(topic, partition, admin)
        }
        shard.begin(at: inputs)
        shard.setStrays(
            (replayed.strays[partition] ?? []).filter { $0.offset >= inputs.straysReported },
            unreported: replayed.unreported[partition]
        )
        return true
    }

    /// Makes a restored shard ready for the loop.
    private func open(_ shard: Shard) throws {
        try shard.save(evenIfUnchanged: true)
        CrashPoint.reach(.restoredSaved)
        try shard.setRestoring(false)
        try shard.findNextDue()
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

    /// The group's offsets by partition and input. While a transaction is open on one of the partitions Kafka does not
    /// give them: waits for its end.
    /// - Returns: nil when the restore was cancelled.
    private func committedOffsets(
        _ partitions: [Int32], _ admin: any OffsetSource, _ log: Logger
    ) throws -> [[Int64?]]? {
        let wanted = partitions.flatMap { partition in plan.inputs.map { TopicPartition($0, partition) } }
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
