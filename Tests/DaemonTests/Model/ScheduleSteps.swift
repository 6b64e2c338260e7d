@testable import Daemon

/// What can happen next.
extension Schedule {
    private enum Step: Int, CaseIterable {
        case turn, beat, job, follow, input, broker, time, crash, stop, start, freeze, thaw, lose
    }

    /// How likely each step is, in their order.
    private static let weights = [60, 14, 8, 10, 10, 10, 8, 1, 1, 12, 1, 6, 1]

    func step() throws {
        kafka.count.steps += 1
        try settle()
        switch Step(rawValue: dice.weighted(Self.weights)) ?? .turn {
        case .turn: if let life = someLife(where: \.isRunnable) { turn(life) }
        case .beat:
            for replica in replicas where dice.chance(of: 2, in: 3) {
                if let life = replica.life, !life.isDead, !life.isFrozen { life.consumer?.beat() }
            }
        case .job: if let life = someLife(where: { $0.isJobRunnable }) { runJob(of: life) }
        case .follow: if let life = someLife(where: { $0.isFollowerRunnable }) { follow(life) }
        case .input: send()
        case .broker: work()
        case .time:
            pass(
                milliseconds: dice.element(of: [
                    5, 5, 50, 50, 200, 200, 200, 1000, 1000, 1000, 3000, 3000, 12_000, 40_000,
                ]))
        case .crash: if let life = someLife(where: { !$0.isDead }) { kill(life, "between") }
        case .stop: if let life = someLife(where: { $0.isRunnable && !$0.isJobBusy }) { try stop(life) }
        case .start: if let replica = someReplica(where: { $0.life == nil }) { try start(replica) }
        case .freeze:
            if let life = someLife(where: { !$0.isDead && !$0.isFrozen }) {
                note("\(life.replica.index): frozen")
                life.isFrozen = true
                kafka.count.freezes += 1
            }
        case .thaw:
            if let life = someLife(where: { $0.isFrozen && !$0.isInCall }) { life.isFrozen = false }
        case .lose: if let life = someLife(where: { !$0.isDead && !$0.isFrozen }) { life.consumer?.giveUp() }
        }
    }

    private func someReplica(where isMeant: (Replica) -> Bool) -> Replica? {
        let choice = replicas.filter(isMeant)
        return choice.isEmpty ? nil : dice.element(of: choice)
    }

    private func someLife(where isMeant: (Life) -> Bool) -> Life? {
        someReplica { $0.life.map(isMeant) ?? false }?.life
    }

    // MARK: A replica's

    func turn(_ life: Life) {
        kafka.count.turns += 1
        life.isBusy = true
        defer { life.isBusy = false }
        do { try life.loop?.turn() } catch { life.failure = error }
        checkOwners(of: life)
    }

    func runJob(of life: Life) {
        guard !life.isJobBusy, !life.jobs.isEmpty else { return }
        let job = life.jobs.removeFirst()
        kafka.count.restores += 1
        life.isJobBusy = true
        defer { life.isJobBusy = false }
        nested { job.join() }
    }

    func follow(_ life: Life) {
        life.isFollowerBusy = true
        kafka.count.follows += 1
        nested { _ = life.follower?.turn() }
        life.isFollowerBusy = false
        checkOwners(of: life)
    }

    /// No file is open twice.
    private func checkOwners(of life: Life) {
        guard !life.isDead, let loop = life.loop, let standby = loop.plan.standby else { return }
        let warm = Set(standby.withFiles { $0.partitions })
        for shard in loop.shards {
            if warm.contains(shard.partition) {
                fail("\(life.replica.index) has the file of partition \(shard.partition) open twice")
            }
            if life.warm.contains(shard.partition) { kafka.count.takenBack += 1 }
        }
        life.warm = warm
    }

    /// Of two daemons with one name one has to go, or they fence each other for ever.
    func isRetired(_ replica: Replica) -> Bool { areTwins && replica.index == 1 && isOver }

    private func start(_ replica: Replica) throws {
        if isStormy, dice.chance(of: 1, in: 8) {
            note("\(replica.index): its directory is wiped")
            kafka.count.wipes += 1
            for partition in 0..<kafka.partitions { ShardFile.remove(replica.directory.file(Int32(partition))) }
        }
        try begin(replica)
    }

    func stop(_ life: Life) throws {
        note("\(life.replica.index): is told to stop")
        kafka.count.stops += 1
        life.isBusy = true
        nested { life.loop?.close() }
        life.isBusy = false
        if !life.isDead, !life.isFollowerBusy { life.follower?.end() }
        life.end()
    }

    func kill(_ life: Life, _ call: String) {
        note("\(life.replica.index): killed at \(call)")
        kafka.count.crashes += 1
        life.end()
    }

    /// Puts an end to what has ended, and makes a new loop where one is done for.
    func settle() throws {
        for replica in replicas {
            guard let life = replica.life, !life.isInCall else { continue }
            if !life.isDead, let error = life.failure {
                guard error is ConsumerFailure else { return fail("\(replica.index) has ended: \(error)") }
                note("\(replica.index): \(error)")
                life.isBusy = true
                nested { life.loop?.abandon() }
                life.isBusy = false
                if !life.isDead {
                    drop(life)
                    replica.life = nil
                }
            }
            guard let left = life.left else { continue }
            drop(life)
            replica.life = nil
            try left.putBack()
            try Verdict(self).checkFiles(of: replica)
        }
    }

    private func drop(_ life: Life) {
        for job in life.jobs { job.body = nil }
        (life.jobs, life.follower, life.loop, life.consumer) = ([], nil, nil, nil)
        tools.status.restore(nil)
    }

    // MARK: The world's

    /// - Parameter topic: any of those that others write, unless it is said which.
    func send(to topic: Int? = nil) {
        for _ in 0..<dice.number(in: 1...3) {
            let (key, value, home) = inputs.next(&dice, partitions: kafka.partitions)
            let partition = dice.chance(of: 1, in: 8) ? dice.number(below: kafka.partitions) : home
            let place = ModelPartition(topic: topic ?? dice.element(of: ModelKafka.written), partition: partition)
            kafka.append(ModelLog.Entry(key: Array(key.utf8), value: Array(value.utf8), time: wallTime), to: place)
            kafka.count.inputs += 1
        }
    }

    /// The brokers continue with what they have begun.
    private func work() {
        if !kafka.late.isEmpty, isStormy || isOver, dice.chance(of: 1, in: 4) {
            return kafka.arrive(kafka.late.remove(at: dice.number(below: kafka.late.count)))
        }
        let unfinished = kafka.unfinished
        // Some are open for long, so that restores meet them.
        if !unfinished.isEmpty, dice.chance(of: isStormy ? 2 : 3, in: 4) {
            return kafka.mark(dice.element(of: unfinished)) { dice.number(below: $0) }
        }
        if kafka.group.complete() {
            kafka.count.rebalances += 1
            note("generation \(kafka.group.generation)")
        }
    }

    // MARK: In the middle of a call

    private static let delicate: Set = [
        "metadata", "offsets", "commit", "committed", "release", "committed offsets", "watermarks",
    ]

    func enter(_ life: Life, _ call: String) {
        guard !life.isDead, failures.isEmpty else { return }
        if let scene, scene.call == call, scene.replica === life.replica {
            self.scene = nil
            return nested(scene.body)
        }
        guard isStormy else { return }
        // What is late comes when it can do most harm: in the middle of the next transaction of its name.
        if call == "offsets", let index = kafka.late.firstIndex(where: { $0.producer == life.transactionalID }),
            dice.chance(of: 1, in: 2)
        {
            kafka.arrive(kafka.late.remove(at: index))
        }
        // More where more can go wrong.
        let isDelicate = Self.delicate.contains(call)
        switch dice.number(below: isDelicate ? 120 : 600) {
        case 0..<2: kill(life, call)
        case 2..<20:
            note("\(life.replica.index): slow at \(call)")
            let count = dice.chance(of: 1, in: 4) ? 25 : 3
            nested { for _ in 0..<dice.number(in: 1...count) { try step() } }
        case 20..<22:
            guard !life.isFrozen else { return }
            note("\(life.replica.index): frozen at \(call)")
            kafka.count.freezes += 1
            life.isFrozen = true
            nested {
                for _ in 0..<dice.number(in: 1...15) { try step() }
                pass(milliseconds: dice.element(of: [100, 4000, 4000, 12_000, 40_000]))
                for _ in 0..<dice.number(in: 1...25) { try step() }
            }
            life.isFrozen = false
        default: break
        }
    }

    /// Someone waits for what others have to do.
    func letOthersRun() {
        pass(milliseconds: 100)
        nested { isStormy ? try step() : try calm() }
    }

    /// One replica does a little, and so do the brokers.
    func step(of replica: Replica) {
        if let life = replica.life, !life.isFrozen { life.consumer?.beat() }
        if let life = replica.life, life.isJobRunnable { runJob(of: life) }
        if let life = replica.life, life.isRunnable { turn(life) }
        if let life = replica.life, life.isFollowerRunnable { follow(life) }
        work()
    }

    /// Everybody does a little, and nothing goes wrong.
    func calm() throws {
        try settle()
        for replica in replicas where replica.life == nil && !isRetired(replica) { try start(replica) }
        for replica in replicas { step(of: replica) }
        calmRounds += 1
        pass(milliseconds: calmRounds < 10 ? 250 : 2500)
    }
}
