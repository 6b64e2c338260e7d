import Contracts
import Kafka
import Synchronization
import Telemetry
import Threads

/// Reads a changelog from the files' positions to the ends that were found, and has its rows written. They are
/// collected first, each key once; when all together have become too many, those of the file that has most of them are
/// written.
struct ChangelogReplay: ~Copyable {
    /// Bytes of rows that may wait, over all partitions.
    private static let memory = 64 << 20
    /// Bytes after which that is looked at.
    private static let interval = 256 << 10
    /// How long nothing may come before the ends are looked at again.
    private static let silenceLimit = Duration.seconds(15)

    /// By partition.
    struct Result {
        var rows: [Int32: Int] = [:]
        /// As many as are told of at a time.
        var strays: [Int32: [Stray]] = [:]
        /// The first of the others.
        var untold: [Int32: Int64] = [:]
    }

    /// A partition that has not been read to its end.
    private struct Source {
        let restore: ShardRestore
        let target: Int64
        /// What has been read and is not being written yet; reading goes on behind it.
        var rows: ShardRows
    }

    private let plan: RestoreJob.Plan
    /// By partition.
    private var sources: [Source?] = []
    /// How many of them are left.
    private var open = 0
    private let surroundings: any Surroundings
    private var threads: RestoreThreads
    private var result = Result()
    private var records = 0
    /// Bytes since memory was looked at.
    private var taken = 0

    /// - Parameter targets: where those partitions end that have not come so far.
    init(
        _ plan: RestoreJob.Plan, _ restores: [ShardRestore], _ targets: [Int32: Int64],
        in surroundings: any Surroundings
    ) throws {
        (self.plan, self.surroundings) = (plan, surroundings)
        threads = RestoreThreads(in: surroundings)
        for restore in restores {
            guard let target = targets[restore.partition] else { continue }
            let shard = try restore.shard
            while sources.count <= Int(restore.partition) { sources.append(nil) }
            sources[Int(restore.partition)] = Source(
                restore: restore, target: target, rows: ShardRows(tables: shard.tableNames, position: shard.position))
            open += 1
        }
    }

    /// - Returns: what there was, for each partition with any; nil when it was cancelled. What is written by then is
    ///   kept.
    /// - Throws: `StateError` when the changelog has been cut off, `KafkaError`, `SQLiteError`.
    consuming func run(
        _ remaining: borrowing Atomic<Int>, _ cancelled: StopSignal, _ log: Logger, _ kafkaLog: Logger
    ) throws -> Result? {
        guard open > 0 else { return Result() }
        let (surroundings, properties) = (surroundings, plan.properties.merging(Self.reading) { $1 })
        return try plan.watchdog.lending(
            plan.callLimit, { try surroundings.reader(properties, log: kafkaLog) },
            { reader in try read(reader, remaining, cancelled, log, kafkaLog) })
    }

    private mutating func read(
        _ reader: any ChangelogReader, _ remaining: borrowing Atomic<Int>, _ cancelled: StopSignal, _ log: Logger,
        _ kafkaLog: Logger
    ) throws -> Result? {
        try reader.assign(
            sources.compactMap { $0 }.map {
                TopicPartition(plan.context.changelog, $0.restore.partition, offset: $0.rows.position)
            })
        var movedAt = surroundings.now
        var reported = movedAt
        // Records when nothing was there last.
        var seen = 0
        remaining.store(left, ordering: .relaxed)
        // To look at the clock costs as much as a row: only where nothing is there yet.
        var wait: Int32 = 0
        while open > 0 {
            if cancelled.isSet {
                try keep()
                return nil
            }
            let event = reader.next(milliseconds: wait)
            wait = 0
            switch consume event {
            case .record(let record):
                try take(record)
                CrashPoint.reach(.rowsRead)
                guard taken >= Self.interval else { break }
                taken = 0
                try makeRoom()
                movedAt = surroundings.now
                remaining.store(left, ordering: .relaxed)
                report(movedAt, &reported, log)
            // The position moves past records that are not shown: ends of transactions, and what was aborted.
            case .end(let end):
                movedAt = surroundings.now
                try advance(Int(end.partition), to: end.offset)
            case .failure(let error):
                if error.isOffsetOutOfRange || error.severity == .fatal { throw error }
            case nil:
                wait = 100
                let now = surroundings.now
                if records > seen { (seen, movedAt) = (records, now) }
                guard now - movedAt > Self.silenceLimit else { break }
                movedAt = now
                try plan.watchdog.lending(
                    plan.callLimit, { try surroundings.admin(plan.properties, log: kafkaLog) },
                    { admin in try checkEnds(admin, log) })
            }
        }
        remaining.store(0, ordering: .relaxed)
        try threads.finish()
        return result
    }

    private var left: Int { sources.reduce(0) { $0 + Int($1.map { $0.target - $0.rows.position } ?? 0) } }

    private mutating func take(_ record: borrowing Record) throws {
        let index = Int(record.partition)
        guard sources.indices.contains(index), let source = sources[index], let key = record.key else { return }
        try source.rows.take(key: key, value: record.value, offset: record.offset)
        records += 1
        taken += key.count + (record.value?.count ?? 0) + 32
        try advance(index, to: record.offset + 1)
    }

    private mutating func advance(_ index: Int, to position: Int64) throws {
        guard sources.indices.contains(index), let source = sources[index] else { return }
        source.rows.position = max(source.rows.position, position)
        if position >= source.target { try write(index, isLast: true) }
    }

    private mutating func makeRoom() throws {
        let sizes = sources.map { $0?.rows.size ?? 0 }
        guard sizes.reduce(0, +) > Self.memory, let largest = sizes.max(), let index = sizes.firstIndex(of: largest)
        else { return }
        try write(index, isLast: false)
    }

    private mutating func write(_ index: Int, isLast: Bool) throws {
        guard let source = sources[index] else { return }
        let partition = source.restore.partition
        if source.rows.records > 0 { result.rows[partition, default: 0] += source.rows.records }
        sources[index]?.rows = source.rows.next()
        if isLast {
            (result.strays[partition], result.untold[partition]) = (source.rows.strays, source.rows.untold)
            sources[index] = nil
            open -= 1
        }
        let (restore, rows) = (source.restore, source.rows)
        try threads.start(restore.partition) {
            try restore.write(rows)
            if isLast { try restore.finish() }
        }
    }

    /// What is written of the files is of use for the next time.
    private mutating func keep() throws {
        try threads.finish()
        for case let source? in sources { try source.restore.keep() }
    }

    private func report(_ now: ContinuousClock.Instant, _ last: inout ContinuousClock.Instant, _ log: Logger) {
        guard now - last > .seconds(5) else { return }
        last = now
        log.info("restoring", ["rows": records, "remaining": left, "partitions": open])
    }

    /// Nothing comes: either an open transaction is in the way, which the broker ends in time, or the records are gone.
    private func checkEnds(_ admin: any OffsetSource, _ log: Logger) throws {
        for case let source? in sources {
            let partition = source.restore.partition
            let high = try plan.watchdog.guarding(plan.callLimit) { () throws(KafkaError) in
                try admin.watermarks(plan.context.changelog, partition).high
            }
            guard high < source.target else { continue }
            throw StateError.truncated(
                plan.context.changelog, partition, position: source.target, end: high, "partition \(partition)")
        }
        log.info("restoring waits for an open transaction to end", ["partitions": open])
    }

    private static let reading = [
        "fetch.wait.max.ms": "10", "queued.max.messages.kbytes": "8192",
        "fetch.message.max.bytes": "\(RecordLimits.fetch)",
    ]
}
