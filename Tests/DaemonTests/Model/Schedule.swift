import Contracts
import Telemetry
import Workers

@testable import Daemon

/// One run of a few replicas on the model: a storm of turns and faults in an order that the seed decides, then a calm
/// in which all has to come to its end.
///
/// A step may come in the middle of another one's call, as if that one were slow; so nothing here happens at the same
/// time, and all of it may come between.
final class Schedule {
    let seed: UInt64
    let kafka: ModelKafka
    var dice: Dice
    var inputs = Inputs()
    let replicas: [Replica]
    private(set) var isStormy = false
    private(set) var failures: [String] = []
    private(set) var trace: [String] = []
    let isTraced: Bool
    lazy var audit = Audit(self)

    let areStatic: Bool
    /// Each replica keeps the others' files warm.
    var areStandbys: Bool
    /// The second replica has the first one's name.
    let areTwins: Bool
    /// The storm is.
    private(set) var isOver = false
    private let commitInterval: Duration
    private let start = ContinuousClock.now
    /// In µs.
    private var clock: Int64 = 0
    private var depth = 0
    var calmRounds = 0
    let tools: Tools
    /// Producers send their records with the commit, none before.
    var sendsWithCommit = false
    /// The next commit is to continue when its producer is gone.
    var makesCommitLate = false
    /// What a test wants to happen in the middle of a replica's next call of this name.
    var scene: (replica: Replica, call: String, body: () throws -> Void)?

    /// What all schedules of a run share.
    struct Tools {
        let status = DaemonStatus(MetricsRegistry(), ModelWorker.context)
        let watchdog = Watchdog()
    }

    init(seed: UInt64, replicas: [Replica], tools: Tools, isTraced: Bool = false) {
        (self.seed, self.tools, self.isTraced) = (seed, tools, isTraced)
        dice = Dice(seed: seed)
        self.replicas = Array(replicas.prefix(dice.number(in: 1...replicas.count)))
        kafka = ModelKafka(partitions: dice.number(in: 1...3), sessionTimeout: dice.element(of: [3000, 30_000]))
        areStatic = dice.chance(of: 1, in: 2)
        areStandbys = dice.chance(of: 1, in: 2)
        areTwins = dice.chance(of: 1, in: 8)
        commitInterval = dice.element(of: [.zero, .milliseconds(20), .milliseconds(100)])
        for replica in self.replicas {
            replica.life = nil
            for partition in 0..<3 { ShardFile.remove(replica.directory.file(Int32(partition))) }
        }
        kafka.onCommit = { [unowned self] in audit.look(at: $0) }
        kafka.count.schedules = 1
    }

    /// What was not as it has to be is in `failures` then.
    func run() throws {
        for _ in 0..<dice.number(in: 0...6) { try calm() }
        isStormy = true
        for _ in 0..<dice.number(in: 60...160) where failures.isEmpty { try step() }
        try end()
    }

    /// All has to come to its end.
    func end() throws {
        (isStormy, isOver) = (false, true)
        note("calm")
        for replica in replicas {
            replica.life?.isFrozen = false
            if isRetired(replica), let life = replica.life { kill(life, "the storm's end") }
        }
        var rounds = 0
        while failures.isEmpty, Verdict(self).what != nil {
            rounds += 1
            if rounds > 250 { fail("it does not come to its end: \(Verdict(self).what ?? "")") }
            try calm()
        }
        guard failures.isEmpty else { return }
        for replica in replicas { if let life = replica.life { try stop(life) } }
        try settle()
        Verdict(self).check()
    }

    // MARK: Time

    var now: ContinuousClock.Instant {
        clock += 50
        return start + .microseconds(clock)
    }

    var wallTime: Int64 { 1_700_000_000_000 + clock / 1000 }

    func pass(milliseconds: Int) {
        clock += Int64(milliseconds) * 1000
        kafka.time = clock / 1000
        for replica in replicas {
            guard let life = replica.life, !life.isDead, !life.isFrozen else { continue }
            life.consumer?.stayAlive()
        }
        kafka.tick()
    }

    // MARK: What is said

    func fail(_ text: String) {
        note("FAILURE: \(text)")
        failures.append(text)
    }

    func note(_ text: @autoclosure () -> String) {
        if isTraced { trace.append(String(repeating: "  ", count: depth) + text()) }
    }

    func log(of replica: Replica) -> Logger {
        guard isTraced else { return Logger(level: .error, sink: Silence()) }
        return Logger(level: .info, sink: TraceLog { [unowned self] in note("\(replica.index): \($0)") })
    }

    /// Runs something in the middle of something else.
    func nested(_ body: () throws -> Void) {
        depth += 1
        defer { depth -= 1 }
        do { try body() } catch { fail("\(error)") }
    }

    /// A new process of a replica that is down.
    func begin(_ replica: Replica) throws {
        let index = areTwins && replica.index == 1 ? 0 : replica.index
        let life = Life(self, replica, instance: areStatic ? "model-\(index)" : nil)
        let settings = LoopSettings(
            context: ModelWorker.context, bootstrapServers: "model", instance: index, isStatic: areStatic,
            commitInterval: commitInterval)
        var plan = RestoreJob.Plan(
            context: ModelWorker.context, inputs: ModelKafka.inputs.map { ModelKafka.topics[$0] }, group: "model",
            properties: [:],
            identity: ShardFile.Identity(
                cluster: "model", partitions: Int32(kafka.partitions), cacheKiB: 256, leastRowKiB: 0),
            directory: replica.directory, partitions: [], watchdog: tools.watchdog, callLimit: settings.callLimit,
            background: [ModelKafka.topics[ModelKafka.history]])
        replica.transactionalID = settings.transactionalID
        note("\(replica.index): starts as \(index)")
        let (log, surroundings) = (log(of: replica), ModelSurroundings(life))
        if areStandbys {
            let standby = Standby(plan, tables: [Timers.self] + ModelWorker.tables, in: surroundings)
            standby.lend(Set(0..<Int32(kafka.partitions)))
            life.follower = ChangelogFollower(
                standby, tools.status.metrics, log: log, kafkaLog: log, in: surroundings)
            plan.standby = standby
        }
        life.loop = try Loop(
            ModelWorker(), settings, plan, status: tools.status, watchdog: tools.watchdog, log: log,
            in: surroundings)
        replica.life = life
    }
}

private struct Silence: LogSink {
    func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields) {}
}

private struct TraceLog: LogSink, @unchecked Sendable {
    let note: (String) -> Void
    func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields) {
        note("\(message) " + fields.list.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
    }
}
