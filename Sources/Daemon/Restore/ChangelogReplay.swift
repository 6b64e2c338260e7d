import Contracts
import Kafka
import Synchronization
import Telemetry
import Threads

/// Reads a changelog from the files' positions to the ends that were found, and has its rows written.
struct ChangelogReplay: ~Copyable {
    /// Bytes of rows that may wait, over all partitions.
    private static let memory = 64 << 20
    /// How long nothing may come before the ends are looked at again.
    private static let stallTimeout = Duration.seconds(15)

    /// By partition.
    struct Result {
        var rows: [Int32: Int] = [:]
        /// As many as are told of at a time.
        var strays: [Int32: [Stray]] = [:]
        /// The first of the others.
        var unreported: [Int32: Int64] = [:]
    }

    private let plan: RestoreJob.Plan
    /// Of the partitions that have not been read to their ends.
    private var collected: CollectedRows
    private let surroundings: any Surroundings
    private var result = Result()
    private var records = 0

    /// - Parameter targets: where those partitions end that have not come so far.
    init(
        _ plan: RestoreJob.Plan, _ restores: [ShardRestore], _ targets: [Int32: Int64],
        in surroundings: any Surroundings
    ) throws {
        var collected = CollectedRows(memory: Self.memory, in: surroundings)
        for restore in restores {
            guard let target = targets[restore.partition] else { continue }
            try collected.add(restore, target: target)
        }
        (self.plan, self.surroundings) = (plan, surroundings)
        self.collected = collected
    }

    /// - Returns: what there was, for each partition with any; nil when it was cancelled. What is written by then is
    ///   kept.
    /// - Throws: `StateError` when the changelog has been cut off, `KafkaError`, `SQLiteError`.
    consuming func run(
        _ remaining: borrowing Atomic<Int>, _ cancelled: StopSignal, _ log: Logger, _ kafkaLog: Logger
    ) throws -> Result? {
        guard !collected.isEmpty else { return Result() }
        let (surroundings, properties) = (surroundings, plan.properties.merging(Self.reading) { $1 })
        return try plan.watchdog.lending(
            plan.callLimit, { try surroundings.reader(properties, log: kafkaLog) },
            { reader in try read(reader, remaining, cancelled, log, kafkaLog) })
    }

    private mutating func read(
        _ reader: any ChangelogReader, _ remaining: borrowing Atomic<Int>, _ cancelled: StopSignal, _ log: Logger,
        _ kafkaLog: Logger
    ) throws -> Result? {
        try reader.assign(collected.offsets(of: plan.context.changelog))
        var movedAt = surroundings.now
        var reported = movedAt
        // Records when nothing was there last.
        var seen = 0
        remaining.store(collected.remaining, ordering: .relaxed)
        // To look at the clock costs as much as a row: only where nothing is there yet.
        var wait: Int32 = 0
        while !collected.isEmpty {
            if cancelled.isSet {
                try collected.finishEarly()
                return nil
            }
            let event = reader.next(milliseconds: wait)
            wait = 0
            switch consume event {
            case .record(let record):
                guard try take(record) else { break }
                movedAt = surroundings.now
                remaining.store(collected.remaining, ordering: .relaxed)
                report(movedAt, &reported, log)
            // The position moves past records that are not shown: ends of transactions, and what was aborted.
            case .end(let end):
                movedAt = surroundings.now
                collected.advance(end.partition, to: end.offset)
                try writeIfThere(end.partition)
            case .failure(let error):
                if error.isOffsetOutOfRange || error.severity == .fatal { throw error }
            case nil:
                wait = 100
                let now = surroundings.now
                if records > seen { (seen, movedAt) = (records, now) }
                guard now - movedAt > Self.stallTimeout else { break }
                movedAt = now
                try checkEnds(log, kafkaLog)
            }
        }
        remaining.store(0, ordering: .relaxed)
        try collected.finish()
        return result
    }

    /// - Returns: whether it is time to look at the clock.
    private mutating func take(_ record: borrowing Record) throws -> Bool {
        let isDue = try collected.take(record)
        if isDue != nil {
            records += 1
            try writeIfThere(record.partition)
        }
        CrashPoint.reach(.rowsRead)
        guard isDue == true else { return false }
        if let partition = collected.partitionToSpill { try write(partition, isLast: false) }
        return true
    }

    private mutating func writeIfThere(_ partition: Int32) throws {
        if collected.isCaughtUp(partition) { try write(partition, isLast: true) }
    }

    private mutating func write(_ partition: Int32, isLast: Bool) throws {
        guard let rows = try collected.write(partition, isWhole: isLast) else { return }
        if rows.records > 0 { result.rows[partition, default: 0] += rows.records }
        guard isLast else { return }
        (result.strays[partition], result.unreported[partition]) = (rows.strays, rows.unreported)
        collected.drop(partition)
    }

    private func report(_ now: ContinuousClock.Instant, _ last: inout ContinuousClock.Instant, _ log: Logger) {
        guard now - last > .seconds(5) else { return }
        last = now
        log.info(
            "restoring", ["rows": records, "remaining": collected.remaining, "partitions": collected.partitions.count])
    }

    /// Nothing comes: either an open transaction is in the way, which the broker ends in time, or the records are gone.
    private func checkEnds(_ log: Logger, _ kafkaLog: Logger) throws {
        try plan.watchdog.lending(
            plan.callLimit, { try surroundings.admin(plan.properties, log: kafkaLog) },
            { admin in try checkEnds(admin, log) })
    }

    private func checkEnds(_ admin: any OffsetSource, _ log: Logger) throws {
        for partition in collected.partitions {
            guard let target = collected.target(partition) else { continue }
            let high = try plan.watchdog.guarding(plan.callLimit) { () throws(KafkaError) in
                try admin.watermarks(plan.context.changelog, partition).high
            }
            guard high < target else { continue }
            throw StateError.truncated(
                plan.context.changelog, partition, position: target, end: high, "partition \(partition)")
        }
        log.info("restoring waits for an open transaction to end", ["partitions": collected.partitions.count])
    }

    private static let reading = [
        "fetch.wait.max.ms": "10", "queued.max.messages.kbytes": "8192",
        "fetch.message.max.bytes": "\(RecordLimits.fetch)",
    ]
}
