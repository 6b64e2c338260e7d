import Contracts
import Kafka
import Synchronization
import Telemetry
import Threads
import Workers

/// The heart of a daemon: reads, decides and writes, exactly once. One thread owns it with the consumer, the producer
/// and the files of all its shards; nothing else runs on that thread.
///
/// A record's effects are part of a Kafka transaction with the offset behind it, and in its shard's memory until Kafka
/// has committed that. The file is saved about once a second, always behind Kafka.
final class Loop {
    static let longestRebalance = Duration.seconds(420)

    let settings: LoopSettings
    let plan: RestoreJob.Plan
    let tables: [any Table.Type]
    let processor: Processor
    let workerMetrics: WorkerMetrics
    let surroundings: any Surroundings
    let consumer: any GroupConsumer
    let log: Logger
    /// For the clients.
    let kafkaLog: Logger
    let status: DaemonStatus
    let calls: GuardedCalls
    /// The inputs that the consumer reads.
    let inputIDs: InputIDs
    /// nil without background inputs.
    let background: BackgroundInputs?
    let outputs: [Topic]
    /// Makes the worker's calls; nil where it makes none.
    let outside: (any Outside)?
    let firesBehindCommands: (Timer) -> Bool

    /// Changed by `enter` alone, but for the job of a restore.
    var phase = Phase.connecting(.joining)
    /// nil when none is open. It is open while records are handled, and until the group has taken or refused it.
    var transaction: OpenTransaction?
    var shards: ShardSet
    /// A cancelled restore that may still have files open: the next one waits for its end.
    var cancelledRestore: RestoreJob?
    /// The assigned partitions when the others were last lent to the standby.
    var ownWhenLent: Set<Int32>?
    var rebuilds = Rebuilds()
    var retries: Retries

    var pace: Pace
    var size = TransactionSize()
    var clock = HandlingClock()
    var replays = Replays()
    var commandsEnd = CommandsEnd()
    /// What cannot be read, by input.
    var faults: InputFaults
    var workLog: WorkLog

    var turns: SavingTurns
    var saving: Recurrence
    var contact: BrokerContact
    var mark: CommandsMark
    var identity: IdentityWatch

    init(
        _ worker: any Worker, _ settings: LoopSettings, _ plan: RestoreJob.Plan, status: DaemonStatus,
        watchdog: Watchdog, log: Logger, outside: (any Outside)? = nil,
        in surroundings: any Surroundings = LiveSurroundings()
    ) throws(KafkaError) {
        (self.settings, self.plan, self.log, self.status) = (settings, plan, log, status)
        self.surroundings = surroundings
        calls = GuardedCalls(watchdog: watchdog, limit: settings.callLimit)
        let now = surroundings.now
        (retries, contact) = (Retries(now: now), BrokerContact(now: now))
        (mark, identity) = (CommandsMark(now: now), IdentityWatch(now: now))
        turns = SavingTurns(from: now)
        saving = Recurrence(every: .seconds(1), from: now)
        faults = InputFaults(status)
        kafkaLog = KafkaLog.logger(log, status)
        tables = [Timers.self] + type(of: worker).tables
        outputs = type(of: worker).outputs
        self.outside = outside
        firesBehindCommands = worker.firesBehindCommands
        pace = Pace(interval: settings.commitInterval, now: now)
        processor = Processor(worker, partitions: plan.identity.partitions)
        workerMetrics = status.counters(of: type(of: worker))
        shards = ShardSet(partitions: plan.identity.partitions)
        status.metrics.group.partitions.set(Int(plan.identity.partitions))
        workLog = WorkLog(log, plan.context)
        let consumer = try surroundings.consumer(
            settings.consumer, topics: plan.subscribed, further: [plan.context.internal], log: kafkaLog)
        inputIDs = InputIDs(
            of: Set(plan.inputs).subtracting(plan.background), among: plan.inputs, topicID: consumer.topicID)
        self.consumer = consumer
        background =
            plan.background.isEmpty
            ? nil
            : BackgroundInputs(
                plan.background, among: plan.inputs, try surroundings.reader(settings.consumer, log: kafkaLog))
    }

    /// Works until it is told to stop, and leaves nothing open.
    /// - Throws: `StateError` when an operator must act; `ConsumerFailure` when another loop has to begin.
    func run(until stop: StopSignal) throws {
        do {
            while !stop.isSet { try calls.watchdog.guarding(calls.limit * 3, turn) }
        } catch {
            // Whoever leaves may hang, and the watchdog then has the last word.
            if error is StateError {
                log.error("an operator must act: leaving the group", ["reason": "\(error)"])
            }
            abandon()
            throw error
        }
        close()
    }

    /// Waits for one event, handles what has come with it, and does what is due.
    func turn() throws {
        status.polled()
        connect()
        do {
            try collectRestore()
            lendFiles()
            startRestore()
            let isDrained = try drain()
            // Timers have their turn in the next one.
            if size.isFull { try keepPace(isDrained) }
            try fireTimers()
            try keepPace(isDrained)
            try watchInputs()
        } catch { try recover(from: error) }
        workLog.flush()
    }

    /// Handles what is there until the transaction's time is over: a record can take long, and Kafka does not wait.
    /// - Returns: whether nothing more is there.
    private func drain() throws -> Bool {
        let rest = pace.restUntil - surroundings.now
        if transaction == nil, rest > .zero { surroundings.pause(rest) }
        var wait = pollTimeout
        let now = surroundings.time
        var left = Self.recordsALook
        while !size.isFull {
            guard try takeNext(milliseconds: wait, now) else { return true }
            wait = 0
            left -= 1
            guard left == 0 else { continue }
            left = Self.recordsALook
            let moment = surroundings.now
            if moment >= (transaction?.began ?? moment) + settings.commitInterval { return false }
        }
        return false
    }

    /// After so many records the clock is looked at: that costs as much as a few of their fields.
    private static let recordsALook = 8

    /// How long to wait for the first record, in ms.
    private var pollTimeout: Int32 {
        var wait = Duration.milliseconds(100)
        if let began = transaction?.began {
            wait = min(wait, due(began, isDrained: true) - surroundings.now)
        }
        if restore != nil { wait = min(wait, .milliseconds(2)) }
        if let due = timeToTimers { wait = min(wait, due) }
        return Int32(clamping: max(wait, .zero).milliseconds)
    }

    private func keepPace(_ isDrained: Bool) throws {
        phase.writer?.producer.serve()
        let now = surroundings.now
        if let began = transaction?.began {
            if size.isFull || now >= due(began, isDrained: isDrained) { try commit() }
        }
        if transaction == nil { try save() }
        // Others may take minutes to release theirs; after that, nobody remembers this member.
        if case .suspended(let since) = phase.membership, now - since > Self.longestRebalance {
            throw ConsumerFailure(reason: "no partitions for a long time")
        }
    }

    /// When the open transaction ends.
    private func due(_ began: ContinuousClock.Instant, isDrained: Bool) -> ContinuousClock.Instant {
        pace.due(began: began, records: size.records, timerEffects: size.timerEffects, isDrained: isDrained)
    }

    /// Saves what is committed, of each shard about once a second, and does what else is due so often. One file after
    /// the other has its turn: under load a second's rows of all of them take as long as several transactions, and
    /// whoever has sent a record would wait for that.
    private func save() throws {
        let now = surroundings.now
        try shards.save(turns.take(at: now, of: shards.count))
        guard saving.isDue(at: now) else { return }
        saving.done(at: now)
        identity.keep(handledRecords)
        if phase.writer != nil { contact.check(consumer, status, log, in: surroundings) }
        report()
    }
}
