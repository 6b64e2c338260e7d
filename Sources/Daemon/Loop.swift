import Contracts
import JSON
import Kafka
import Synchronization
import Telemetry
import Workers

/// The heart of a daemon: reads, decides and writes, exactly once. One thread owns it with the consumer, the producer and the files
/// of all its shards; nothing else runs on that thread.
///
/// A record's effects are one Kafka transaction with the offset behind it, and one savepoint in its shard's file. The file commits
/// about once a second, always behind Kafka.
final class Loop {
    static let batchLimit = 1000
    static let saveInterval = Duration.seconds(1)

    let settings: LoopSettings
    let plan: RestoreJob.Plan
    let tables: [any Table.Type]
    let processor: Processor
    let consumer: Consumer
    let log: Logger
    let status: DaemonStatus
    let watchdog: Watchdog
    /// The input behind `Record.topicID`, by its place in the plan's inputs.
    let inputIDs: [UInt]

    /// nil while there is none: Kafka is away, or its last transaction ended in the dark.
    var sender: Sender?
    /// By partition; nil where the partition is somebody else's or its file is not restored yet.
    var shards: [Shard?]
    var assigned: Set<Int32> = []
    var restoring: RestoreJob?
    /// The next restore makes its files anew.
    var startsEmpty = false
    /// The group has gone on without us: what still comes is not ours, until partitions are given anew.
    var isSuspended = false

    /// When the open transaction was begun; nil when none is open.
    var began: ContinuousClock.Instant?
    var committedAt = ContinuousClock.now - .seconds(3600)
    var savedAt = ContinuousClock.now
    var retry = Backoff()
    var work: WorkLog

    init(
        _ worker: any Worker, _ settings: LoopSettings, _ plan: RestoreJob.Plan, status: DaemonStatus,
        watchdog: Watchdog,
        log: Logger
    ) throws(KafkaError) {
        (self.settings, self.plan, self.log, self.status, self.watchdog) = (settings, plan, log, status, watchdog)
        tables = [Timers.self] + type(of: worker).tables
        processor = Processor(worker, partitions: plan.identity.partitions)
        shards = Array(repeating: nil, count: Int(plan.identity.partitions))
        work = WorkLog(log)
        let consumer = try Consumer(settings.consumer, topics: plan.inputs, log: log)
        inputIDs = plan.inputs.compactMap { consumer.topicID($0) }
        self.consumer = consumer
    }

    /// Works until it is told to stop, and leaves nothing open.
    /// - Throws: `StateError` when somebody has to do something; `KafkaError` when the consumer is done for and has to be made
    ///   anew.
    func run(until stop: StopSignal) throws {
        defer { restoring?.cancel() }
        while !stop.isSet { try turn() }
        status.set(.stopping)
        try close()
    }

    /// Waits for one event, takes what has come with it, and does what is due.
    private func turn() throws {
        status.polled()
        ensureSender()
        try collectRestored()
        startRestoring()
        do {
            let isDrained = try drain()
            try fireTimers()
            try keepPace(isDrained)
        } catch { try recover(from: error) }
        work.flush()
    }

    /// - Returns: whether nothing more is there.
    private func drain() throws -> Bool {
        var wait = patience
        let now = Timestamp.current
        for _ in 0..<Self.batchLimit {
            guard try takeNext(milliseconds: wait, now) else { return true }
            wait = 0
        }
        return false
    }

    /// How long to wait for the first record, in ms.
    private var patience: Int32 {
        var wait = Duration.milliseconds(100)
        if let began { wait = min(wait, dueCommit(began) - .now) }
        if restoring != nil { wait = min(wait, .milliseconds(2)) }
        let now = Timestamp.current
        for case let shard? in shards {
            if let due = shard.nextDue { wait = min(wait, .milliseconds(due.milliseconds - now.milliseconds)) }
        }
        return Int32(clamping: max(wait, .zero).milliseconds)
    }

    /// - Returns: whether there was anything.
    func takeNext(milliseconds: Int32, _ now: Timestamp) throws -> Bool {
        switch consumer.next(milliseconds: milliseconds) {
        case nil: return false
        case .record(let record): try take(record, now)
        case .assigned(let partitions): try takeOver(partitions)
        case .revoked(let partitions): try giveUp(partitions)
        case .failure(let error): try hear(error)
        }
        return true
    }

    /// On an idle system a transaction ends at once; under load about one in each interval does.
    private func dueCommit(_ began: ContinuousClock.Instant) -> ContinuousClock.Instant {
        min(began, committedAt) + settings.commitInterval
    }

    private func keepPace(_ isDrained: Bool) throws {
        sender?.producer.serve()
        let now = ContinuousClock.now
        if let began {
            let due = isDrained ? dueCommit(began) : began + settings.commitInterval
            if now >= due { try commit() }
        }
        if began == nil, now - savedAt >= Self.saveInterval { try save() }
    }

    private func hear(_ error: KafkaError) throws {
        if error.severity == .fatal { throw ConsumerLost(error: error) }
        if error.isOffsetOutOfRange { throw StateError.recordsGone(error.reason) }
        status.failed(error)
        if error.isMembership {
            log.warning("the group went on without this member: joining again", ["reason": error.reason])
            isSuspended = true
        } else {
            status.heard(error, log)
        }
    }

    // MARK: The end

    /// Leaves the group and closes the files.
    private func close() throws {
        if began != nil { try commit() }
        closeShards()
        try watchdog.guarding(.seconds(3)) {
            try consumer.beginClosing()
            let deadline = ContinuousClock.now + .seconds(2)
            while !consumer.isClosed, .now < deadline { _ = try takeNext(milliseconds: 100, .current) }
        }
    }

    /// Puts what is committed on the disk.
    func save() throws {
        for case let shard? in shards { try shard.save() }
        savedAt = .now
        if status.isKafkaAway, sender != nil, consumer.reachesBroker(milliseconds: 200) { status.reached(log) }
        report()
    }

    /// Undoes what is not committed, keeps the rest, and closes the files. Errors do not matter: a file is never ahead.
    func closeShards() {
        for index in shards.indices {
            guard let shard = shards[index] else { continue }
            do {
                try shard.rollBack()
                try shard.save(evenIfUnchanged: true)
            } catch {
                log.warning(
                    "a file was not saved: the next start replays more", ["partition": index, "reason": "\(error)"])
            }
            shards[index] = nil
        }
        report()
    }

    /// Once a second, and when partitions come or go: what waits, and how large the files are.
    private func report() {
        status.metrics.assigned.set(shards.count { $0 != nil })
        for index in shards.indices {
            let partition = String(index)
            for (input, topic) in plan.inputs.enumerated() {
                let labels: MetricLabels = ["topic": topic, "partition": partition]
                guard let shard = shards[index] else {
                    status.metrics.lag.remove(labels)
                    continue
                }
                guard let end = consumer.cachedWatermarks(topic, shard.partition)?.high else { continue }
                status.metrics.lag.with(labels).set(Int(max(0, end - shard.next[input])))
            }
            if shards[index] == nil {
                status.metrics.fileBytes.remove(["partition": partition])
            } else {
                status.metrics.fileBytes.with(["partition": partition]).set(Int(plan.directory.size(Int32(index))))
            }
        }
    }
}

/// The consumer cannot go on: a new one has to be made.
struct ConsumerLost: Error { let error: KafkaError }
