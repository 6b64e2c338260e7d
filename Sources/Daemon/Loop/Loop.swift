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
    static let saveInterval = Duration.seconds(1)
    private static let longestRebalance = Duration.seconds(420)

    let settings: LoopSettings
    let plan: RestoreJob.Plan
    let tables: [any Table.Type]
    let processor: Processor
    let surroundings: any Surroundings
    let consumer: any GroupConsumer
    let log: Logger
    /// For the clients.
    let kafkaLog: Logger
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
    /// Partitions whose files the next restore rebuilds.
    var damaged: Set<Int32> = []
    /// When a restore last rebuilt a file.
    var madeAnew: [Int32: ContinuousClock.Instant] = [:]
    /// Finds out where the commands of earlier versions end.
    var marking: Inquiry<[Int32: Int64]>?
    var markedAt: ContinuousClock.Instant
    /// Looks whether the inputs are the topics that they were.
    var identifying: Inquiry<StateError?>?
    var identifiedAt: ContinuousClock.Instant
    /// The last records that were handled when that was done last.
    var anchors: [TopicIdentity.Known] = []
    /// Those that are being looked for.
    var compared: [TopicIdentity.Known] = []
    /// Asks where the commands end; nil before the first time.
    var admin: (any OffsetSource)?
    /// Reads dead letters that are to be handled again; nil before the first.
    var letters: LetterReader?
    var overdue = OverdueLetters()
    /// What cannot be read, by input.
    var faults: InputFaults
    /// What it was when a record came with a time ahead of what was read before.
    var clock = Timestamp(milliseconds: 0)
    /// Partition of the record being handled.
    var working: Int32 = 0
    /// The group has gone on without us: what still comes is not ours, until partitions are given anew.
    var isSuspended = false
    var suspendedAt: ContinuousClock.Instant

    /// When the open transaction was begun; nil when none is open.
    var began: ContinuousClock.Instant?
    var pace: Pace
    var size = TransactionSize()
    var savedAt: ContinuousClock.Instant
    /// When Kafka was last known to be there.
    var answeredAt: ContinuousClock.Instant
    var retry = Backoff()
    /// Apart from the other one: two daemons with one name fence each other between good transactions.
    var fencing = Backoff()
    var fencedAt: ContinuousClock.Instant
    var work: WorkLog

    init(
        _ worker: any Worker, _ settings: LoopSettings, _ plan: RestoreJob.Plan, status: DaemonStatus,
        watchdog: Watchdog, log: Logger, in surroundings: any Surroundings = LiveSurroundings()
    ) throws(KafkaError) {
        (self.settings, self.plan, self.log, self.status, self.watchdog) = (settings, plan, log, status, watchdog)
        self.surroundings = surroundings
        let now = surroundings.now
        (suspendedAt, savedAt, answeredAt, fencedAt) = (now, now, now, now)
        (markedAt, identifiedAt) = (now, now)
        faults = InputFaults(status)
        kafkaLog = KafkaLog.logger(log, status)
        tables = [Timers.self] + type(of: worker).tables
        pace = Pace(interval: settings.commitInterval, now: now)
        processor = Processor(worker, partitions: plan.identity.partitions)
        shards = Array(repeating: nil, count: Int(plan.identity.partitions))
        status.metrics.partitions.set(shards.count)
        work = WorkLog(log, own: plan.context.internal)
        let consumer = try surroundings.consumer(
            settings.consumer, topics: plan.subscribed, further: [plan.context.internal], log: kafkaLog)
        inputIDs = plan.inputs.compactMap { consumer.topicID($0) }
        self.consumer = consumer
    }

    /// Works until it is told to stop, and leaves nothing open.
    /// - Throws: `StateError` when somebody has to do something; `KafkaError` when the consumer is done for and has to be made
    ///   anew.
    func run(until stop: StopSignal) throws {
        do {
            while !stop.isSet { try watchdog.guarding(settings.callLimit * 3, turn) }
        } catch {
            abandon()
            throw error
        }
        close()
    }

    /// Waits for one event, takes what has come with it, and does what is due.
    func turn() throws {
        status.polled()
        ensureSender()
        do {
            try collectRestored()
            startRestoring()
            let isDrained = try drain()
            try fireTimers()
            try keepPace(isDrained)
            try look()
        } catch { try recover(from: error) }
        work.flush()
    }

    /// Takes what is there until the transaction's time is over: a record can take long, and Kafka does not wait.
    /// - Returns: whether nothing more is there.
    private func drain() throws -> Bool {
        var wait = patience
        let now = surroundings.time
        var left = Self.recordsALook
        while !size.isFull {
            guard try takeNext(milliseconds: wait, now) else { return true }
            wait = 0
            left -= 1
            guard left == 0 else { continue }
            left = Self.recordsALook
            let moment = surroundings.now
            if moment >= (began ?? moment) + settings.commitInterval { return false }
        }
        return false
    }

    /// After so many records the clock is looked at: that costs as much as a few of their fields.
    private static let recordsALook = 8

    /// How long to wait for the first record, in ms.
    private var patience: Int32 {
        var wait = Duration.milliseconds(100)
        if let began {
            let due = pace.due(began: began, records: size.records, isDrained: true)
            wait = min(wait, due - surroundings.now)
        }
        if restoring != nil { wait = min(wait, .milliseconds(2)) }
        let now = surroundings.time
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

    private func keepPace(_ isDrained: Bool) throws {
        sender?.producer.serve()
        let now = surroundings.now
        if let began {
            let due = pace.due(began: began, records: size.records, isDrained: isDrained)
            if size.isFull || now >= due { try commit() }
        }
        if began == nil, now - savedAt >= Self.saveInterval { try save() }
        // Others may take minutes to give up theirs; after that, nobody remembers this member.
        if isSuspended, now - suspendedAt > Self.longestRebalance {
            throw ConsumerLost(reason: "no partitions for a long time")
        }
    }

    private func hear(_ error: KafkaError) throws {
        if error.severity == .fatal { throw ConsumerLost(error) }
        if error.isOffsetOutOfRange { throw StateError.recordsGone(error.reason) }
        status.failed(error)
        if faults.note(error, at: surroundings.now, log) { return }
        if error.isMembership {
            log.warning("the group went on without this member: joining again", ["reason": error.reason])
            suspend()
        } else if !consumer.reachesBroker(milliseconds: 200) {
            status.heard(error, log)
        } else if error.isConnection {
            // One broker of several, or a connection that was idle.
            log.debug("a connection has ended", ["reason": error.reason])
        } else {
            log.warning("librdkafka has trouble reading", ["reason": error.reason, "code": error.name])
        }
    }

    /// Puts what is committed on the disk.
    func save() throws {
        for case let shard? in shards { try shard.save() }
        savedAt = surroundings.now
        noteAnchors()
        askForKafka()
        report()
    }
}

/// The consumer cannot go on: a new one has to be made.
struct ConsumerLost: Error {
    let reason: String
    /// Another one has the same name.
    let isDouble: Bool

    init(reason: String) { (self.reason, isDouble) = (reason, false) }
    init(_ error: KafkaError) { (reason, isDouble) = (error.description, error.name == "FENCED_INSTANCE_ID") }
}

extension KafkaError {
    /// A connection that ended or was not made; others may work.
    fileprivate var isConnection: Bool { ["_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE", "_TIMED_OUT"].contains(name) }
}
