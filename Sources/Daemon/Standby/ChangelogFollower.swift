import Contracts
import Kafka
import SQLite
import Telemetry
import Threads

/// Follows the changelogs of a standby's partitions into their files: in large batches as long as much is missing, then
/// once a second. It never ends the daemon: what goes wrong is said once and tried again, and what an operator has to
/// mend is found by the restore that needs the file.
///
/// Belongs to the standby's thread, which calls `turn` again and again.
final class ChangelogFollower {
    /// Rows behind the changelog's end that a warm file may be: some milliseconds of a restore.
    private static let acceptableLag: Int64 = 10_000
    /// After so many a restore gets its turn, and the clock is looked at.
    private static let recordsATurn = 1000
    /// How often the ends are asked for: a file that nothing comes for has been seen then. Much less than what makes a
    /// file too old.
    private static let endsCheckInterval = Duration.seconds(300)

    private let standby: Standby
    private let surroundings: any Surroundings
    private let metrics: DaemonMetrics
    private let log: Logger
    private let kafkaLog: Logger

    private var reader: (any ChangelogReader)?
    /// The standby's files when the reader was told last what to read.
    private var version = -1
    /// Where changelogs ended when that was seen last.
    private var ends: [Int32: Int64] = [:]
    /// Partitions whose files nothing can be done for here.
    private var refused: Set<Int32> = []
    private var saving: Recurrence
    private var endsCheck: Recurrence
    private var backoff = Backoff()
    private var hasFailed = false
    private var wasWarm = false
    private let began: ContinuousClock.Instant

    private var plan: RestoreJob.Plan { standby.plan }

    init(_ standby: Standby, _ metrics: DaemonMetrics, log: Logger, kafkaLog: Logger, in surroundings: any Surroundings)
    {
        (self.standby, self.metrics, self.surroundings) = (standby, metrics, surroundings)
        (self.log, self.kafkaLog) = (log, kafkaLog)
        began = surroundings.now
        saving = Recurrence(every: .seconds(1), from: began)
        endsCheck = Recurrence(every: Self.endsCheckInterval, from: began)
    }

    /// Reads what is there, up to a bound, and writes what is due.
    /// - Returns: whether there is more.
    func turn() -> Bool {
        let now = surroundings.now
        guard !standby.isPaused, backoff.isDue(at: now) else { return false }
        var current: Int32?
        do {
            try openFiles(&current)
            try assign()
            let hasMore = try read(&current)
            current = nil
            let isDue = saving.isDue(at: now)
            if isDue { try save(now) }
            if endsCheck.isDue(at: now) { try checkEnds(now) }
            if isDue || !hasMore && !standby.isWarm { report() }
            return hasMore
        } catch {
            fail(error, at: current, now)
            return false
        }
    }

    /// Follows until it is told to stop, and closes the files then.
    func run(until stop: StopSignal) {
        while !stop.isSet {
            if !turn() { surroundings.pause(.milliseconds(50)) }
        }
        end()
    }

    /// Writes what has been read, and closes the files.
    func end() {
        for partition in standby.withFiles({ $0.partitions }) { _ = standby.takeBack(partition, log) }
        dropReader()
    }

    // MARK: Reading

    /// - Parameter current: the partition that is being opened.
    private func openFiles(_ current: inout Int32?) throws {
        let missing = standby.missing.subtracting(refused)
        guard !missing.isEmpty else { return }
        for (partition, found) in try watermarks(missing.sorted()) {
            current = partition
            try standby.open(partition, found, log)
            ends[partition] = found.high
        }
        current = nil
    }

    private func watermarks(_ partitions: [Int32]) throws -> [(partition: Int32, ends: (low: Int64, high: Int64))] {
        try plan.watchdog.lending(
            plan.callLimit, { try surroundings.admin(plan.properties, log: kafkaLog) },
            { admin in
                try partitions.map { partition in
                    let ends = try plan.watchdog.guarding(plan.callLimit) { () throws(KafkaError) in
                        try admin.watermarks(plan.context.changelog, partition)
                    }
                    return (partition, ends)
                }
            })
    }

    /// Tells the reader what to read where files have come or gone.
    private func assign() throws {
        let current = standby.version
        guard version != current else { return }
        let partitions = standby.withFiles { $0.offsets(of: plan.context.changelog) }
        if reader == nil, !partitions.isEmpty {
            let properties = plan.properties.merging(Self.reading) { $1 }
            reader = try plan.watchdog.guarding(plan.callLimit) {
                try surroundings.reader(properties, log: kafkaLog)
            }
        }
        try reader?.assign(partitions)
        version = current
    }

    private func read(_ current: inout Int32?) throws -> Bool {
        guard let reader else { return false }
        for _ in 0..<Self.recordsATurn {
            switch reader.next(milliseconds: 0) {
            case nil: return false
            case .record(let record):
                current = record.partition
                try standby.withFiles { files in
                    guard let isDue = try files.take(record) else { return }
                    if isDue, let partition = files.partitionToSpill { _ = try files.write(partition, isWhole: false) }
                    try finish(record.partition, &files)
                }
            case .end(let end):
                current = end.partition
                try standby.withFiles { files in
                    files.advance(end.partition, to: end.offset)
                    try finish(end.partition, &files)
                }
            case .failure(let error):
                if error.severity == .fatal || error.isOffsetOutOfRange || error.isInputFault { throw error }
            }
        }
        return true
    }

    /// A file that has come to where its changelog ended is written, and is as any other from then on.
    private func finish(_ partition: Int32, _ files: inout CollectedRows) throws {
        if files.isCaughtUp(partition) { _ = try files.write(partition, isWhole: true) }
    }

    private static let reading = [
        // Little work where little comes, and not much later.
        "fetch.min.bytes": "65536", "fetch.wait.max.ms": "500",
        "queued.max.messages.kbytes": "2048", "fetch.message.max.bytes": "\(RecordLimits.fetch)",
    ]

    // MARK: Writing

    /// Those that much is missing in are written when there is no more room.
    private func save(_ now: ContinuousClock.Instant) throws {
        for partition in standby.withFiles({ $0.partitions }) {
            try standby.withFiles { files in
                guard files.target(partition) == nil, files.pending(partition) > 0 else { return }
                _ = try files.write(partition, isWhole: false)
            }
        }
        saving.done(at: now)
        // What much is missing in is written while reading goes on.
        guard standby.withFiles({ files in files.partitions.allSatisfy { files.target($0) == nil } }) else { return }
        try standby.withFiles { try $0.finish() }
        if hasFailed { log.info("files are kept warm again") }
        (hasFailed, backoff) = (false, Backoff())
    }

    /// Files that have all that there is are still in use, whether anything comes for them or not.
    private func checkEnds(_ now: ContinuousClock.Instant) throws {
        for (partition, found) in try watermarks(standby.withFiles({ $0.partitions })) {
            ends[partition] = found.high
            try standby.withFiles { files in
                try files.dropReportedStrays(partition)
                guard let position = files.position(partition), position >= found.high else { return }
                _ = try files.write(partition, isWhole: false)
            }
        }
        endsCheck.done(at: now)
    }

    private func report() {
        var status = Standby.Status(isWarm: standby.missing.subtracting(refused).isEmpty)
        for partition in standby.withFiles({ $0.partitions }) {
            let (position, target) = standby.withFiles { ($0.position(partition) ?? 0, $0.target(partition)) }
            let known = reader?.cachedWatermarks(plan.context.changelog, partition)?.high ?? 0
            let lag = max(0, max(ends[partition] ?? 0, known) - position)
            status.partitions += 1
            status.lag += Int(lag)
            if target != nil || lag > Self.acceptableLag { status.isWarm = false }
        }
        standby.report(status)
        metrics.standby.partitions.set(status.partitions)
        metrics.standby.lag.set(status.lag)
        guard status.isWarm, !wasWarm, status.partitions > 0 else { return }
        wasWarm = true
        log.info(
            "files are warm", ["partitions": status.partitions, "ms": (surroundings.now - began).milliseconds])
    }

    // MARK: What goes wrong

    private func dropReader() {
        version = -1
        plan.watchdog.guarding(plan.callLimit) { reader = nil }
    }

    /// Begins again from the files as they are, later.
    private func fail(_ error: any Error, at current: Int32?, _ now: ContinuousClock.Instant) {
        dropReader()
        standby.closeFiles()
        metrics.standby.failures.increment()
        let wait = backoff.failed(at: now)
        let decision = ErrorPolicy.decide(error, while: .restoring)
        if let error = error as? SQLiteError, error.isFull,
            let partition = StateDirectory.partition(of: error) ?? current
        {
            // The room is for those that are worked on.
            standby.withFile(partition, ShardFile.remove)
            refuse(partition, "the disk is full: there is no room to keep a file warm", error)
        } else if case .rebuild(let partition) = decision {
            standby.withFile(partition, ShardFile.setAside)
            log.warning(
                "a file that was kept warm is damaged: rebuilding it",
                ["partition": partition, "reason": "\(error)"])
        } else if case .refuse = decision, let current {
            refuse(current, "a file cannot be kept warm", error)
        } else {
            if !hasFailed {
                log.warning("files are not kept warm", ["reason": "\(error)", "retry.ms": wait.milliseconds])
            }
            hasFailed = true
        }
        report()
    }

    private func refuse(_ partition: Int32, _ message: StaticString, _ error: any Error) {
        refused.insert(partition)
        log.warning(message, ["partition": partition, "reason": "\(error)"])
    }
}
