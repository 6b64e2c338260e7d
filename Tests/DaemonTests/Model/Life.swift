import Contracts
import Kafka
import Telemetry

@testable import Daemon

/// One of the daemons that share the partitions: what is left of it when its process ends.
final class Replica {
    let index: Int
    let directory: StateDirectory
    /// Its producer's, since it began last.
    var transactionalID = ""
    /// nil while it is down.
    var life: Life?

    init(_ index: Int, in parent: String) throws {
        self.index = index
        directory = try StateDirectory("\(parent)/\(index)", ModelWorker.context)
    }
}

/// A replica's process, from its start to its end. Whatever its loop asks of Kafka comes by here first, and that is
/// where it may be killed, frozen or overtaken.
final class Life {
    let schedule: Schedule
    let replica: Replica
    let instance: String?
    var loop: Loop?
    var consumer: ModelConsumer?
    var transactionalID = ""
    var jobs: [ModelJob] = []
    /// Reads on for its standby; nil where it has none.
    var follower: ChangelogFollower?
    /// Partitions whose files it had when that was looked at last.
    var warm: Set<Int32> = []
    /// Its code is being run, further up the stack.
    var isBusy = false
    var isJobBusy = false
    var isFollowerBusy = false
    var isFrozen = false
    /// Its code may continue for a while, but nothing that it does is true any more: this is what it has left.
    private(set) var left: LeftFiles?
    /// Why its loop cannot continue.
    var failure: (any Error)?

    init(_ schedule: Schedule, _ replica: Replica, instance: String?) {
        (self.schedule, self.replica, self.instance) = (schedule, replica, instance)
    }

    var isDead: Bool { left != nil }
    var isRunnable: Bool { !isDead && !isFrozen && !isBusy && failure == nil }

    var isJobRunnable: Bool { !isDead && !isFrozen && !isJobBusy && !jobs.isEmpty }

    var isFollowerRunnable: Bool { !isDead && !isFrozen && !isFollowerBusy && follower != nil }
    /// Some of its code is being run.
    var isInCall: Bool { isBusy || isJobBusy || isFollowerBusy }

    func end() { if left == nil { left = LeftFiles(replica.directory, schedule.kafka.partitions) } }

    /// A call may be where something happens.
    func enter(_ call: String) { schedule.enter(self, call) }

    func reach(_ call: String) throws(KafkaError) {
        enter(call)
        if isDead { throw .killed }
    }

    /// Whether a call is not answered in time, or was not heard at all.
    func fails(_ call: String) -> Bool {
        guard schedule.isStormy, schedule.dice.chance(of: 1, in: 80) else { return false }
        note("\(call): no answer")
        schedule.kafka.count.unanswered += 1
        return true
    }

    /// For what others have to do. When something has gone wrong nobody does anything any more, and who waits has
    /// ended.
    func wait() {
        if !schedule.failures.isEmpty { end() }
        if !isDead { schedule.letOthersRun() }
    }

    func note(_ text: @autoclosure () -> String) { schedule.note("\(replica.index): \(text())") }
}

/// What a loop sees of the model.
final class ModelSurroundings: Surroundings, @unchecked Sendable {
    private let life: Life

    init(_ life: Life) { self.life = life }

    func consumer(
        _ properties: [String: String], topics: [String], further: [String], log: Logger
    ) throws(KafkaError) -> any GroupConsumer {
        let consumer = ModelConsumer(life)
        life.consumer = consumer
        return consumer
    }

    func producer(
        _ properties: [String: String], timeout: Duration, log: Logger
    ) throws(KafkaError) -> any TransactionWriter {
        life.transactionalID = properties["transactional.id"] ?? ""
        return try ModelProducer(life, life.transactionalID)
    }

    func admin(_ properties: [String: String], log: Logger) throws(KafkaError) -> any OffsetSource {
        ModelOffsets(life)
    }

    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any ChangelogReader {
        ModelReader(life)
    }

    var now: ContinuousClock.Instant { life.schedule.now }
    var time: Timestamp { Timestamp(milliseconds: life.schedule.wallTime) }

    func start(_ name: String, _ job: @escaping @Sendable () -> Void) -> any BackgroundJob {
        let job = ModelJob(job)
        if ["restore", "mark", "identity", "commands"].contains(name) {
            life.jobs.append(job)
        } else if life.schedule.dice.chance(of: 1, in: 2) {
            // Else it is slow, and begins when someone waits for it.
            job.join()
        }
        return job
    }

    /// The loop waits for a job of its own.
    func pause(_ duration: Duration) {
        life.wait()
        if life.isDead { life.schedule.runJob(of: life) }
    }
}

/// What a loop wants to be run beside it: a restore is run when the schedule comes to it.
final class ModelJob: BackgroundJob, @unchecked Sendable {
    var body: (() -> Void)?
    init(_ body: @escaping () -> Void) { self.body = body }

    /// Runs what has not been run.
    func join() {
        let body = body
        self.body = nil
        body?()
    }
}
