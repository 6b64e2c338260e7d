import Testing

@testable import Daemon

/// What chance seldom brings about, on the model: two replicas, and what one does in the middle of a call of the other
/// one.
@Suite(.serialized) struct SceneTests {
    private let replicas: [Replica]
    private let schedule: Schedule

    init() throws {
        let parent = try LoopModelTests.directory()
        let replicas = try (0..<2).map { try Replica($0, in: parent) }
        let tools = Schedule.Tools()
        // A seed with names of their own, and a partition for each.
        schedule = try #require(
            (1...200).lazy.map { Schedule(seed: $0, replicas: replicas, tools: tools) }.first {
                $0.replicas.count == 2 && !$0.areTwins && !$0.areStatic && $0.kafka.partitions == 2
            })
        self.replicas = replicas
        for _ in 0..<10 { schedule.send() }
    }

    /// The partitions that the group has assigned to a replica.
    private func own(_ loop: Loop) -> Set<Int32> {
        if case .assigned(let own) = loop.phase.membership { own } else { [] }
    }

    private func finish() throws {
        // They continue, hear what has happened, and have more to do.
        for _ in 0..<20 { schedule.send() }
        for _ in 0..<5 { try schedule.calm() }
        try schedule.end()
        #expect(schedule.failures == [])
    }

    /// It reads that a new group has no offsets, and then the rows of whoever has been faster.
    @Test func `who is overtaken in a restore does not say that offsets have expired`() throws {
        let (schedule, replicas) = (schedule, replicas)
        var wasOvertaken = false
        schedule.scene = (
            replicas[0], "watermarks",
            {
                replicas[0].life?.isFrozen = true
                schedule.pass(milliseconds: 40_000)
                for _ in 0..<30 { try schedule.calm() }
                wasOvertaken = schedule.kafka.count.commits > 0
                replicas[0].life?.isFrozen = false
            }
        )
        try schedule.begin(replicas[0])
        for _ in 0..<30 where !wasOvertaken { schedule.step(of: replicas[0]) }
        #expect(wasOvertaken)
        try finish()
    }

    /// Its rows come only then, and so does its end: whoever reads the changelog's end before the offsets does not see
    /// them.
    @Test func `a predecessor that commits before the offsets are read is restored`() throws {
        let (schedule, replicas) = (schedule, replicas)
        try schedule.begin(replicas[0])
        schedule.sendsWithCommit = true
        schedule.makesCommitLate = true
        for _ in 0..<30 where schedule.kafka.late.isEmpty { schedule.step(of: replicas[0]) }
        schedule.kill(try #require(replicas[0].life), "commit")
        try schedule.settle()
        schedule.kafka.group.expire(before: .max)
        schedule.scene = (
            replicas[1], "committed offsets",
            {
                schedule.kafka.arrive(schedule.kafka.late.removeFirst())
                for transaction in schedule.kafka.unfinished { schedule.kafka.complete(transaction) }
            }
        )
        try schedule.begin(replicas[1])
        for _ in 0..<30 where schedule.scene != nil { schedule.step(of: replicas[1]) }
        #expect(schedule.kafka.count.lateEnds == 1)
        // Whoever has missed a row continues from another sum.
        for _ in 0..<20 { schedule.send() }
        for _ in 0..<10 { schedule.step(of: replicas[1]) }
        try finish()
    }

    /// Whatever the client may do: an offset that has been passed is not worked on again.
    @Test func `a record that comes twice is taken once`() throws {
        try schedule.begin(replicas[0])
        for _ in 0..<30 where schedule.kafka.count.commits == 0 { schedule.step(of: replicas[0]) }
        let consumer = try #require(replicas[0].life?.consumer)
        consumer.stammers = true
        schedule.send()
        for _ in 0..<60 where consumer.stammers { schedule.step(of: replicas[0]) }
        #expect(!consumer.stammers)
        try finish()
    }

    /// Both are there when it begins. In what order a partition's events lie there is how they were read.
    @Test func `what gives way is read behind the others, but for a small part`() throws {
        for _ in 0..<100 { schedule.send(to: ModelKafka.history) }
        for _ in 0..<100 { schedule.send(to: ModelKafka.others) }
        try schedule.begin(replicas[0])
        try #require(replicas[0].life?.consumer).isPrompt = true
        for _ in 0..<1000 where Verdict(schedule).what != nil {
            schedule.step(of: replicas[0])
            schedule.pass(milliseconds: 20)
        }
        var (ahead, all) = (0, 0)
        for partition in 0..<2 {
            let events = schedule.kafka.happened(ModelPartition(topic: ModelKafka.events, partition: partition))
            let sources = events.compactMap { $0.entry.header("id") }.filter { !$0.hasPrefix("timer") }
            guard let last = sources.lastIndex(where: { $0.hasPrefix("other.events") }) else { continue }
            ahead += sources[..<last].count { $0.hasPrefix("other.history") }
            all += sources.count { $0.hasPrefix("other.history") }
        }
        // One for each 32 of some 200, refused ones and others without an event included.
        #expect((1...8).contains(ahead) && all > 50, "\(ahead) of \(all)")
        try finish()
    }

    /// It has an open transaction when its partitions are asked for.
    @Test func `what is open is committed before another one gets the partition`() throws {
        let (schedule, replicas) = (schedule, replicas)
        try schedule.begin(replicas[0])
        schedule.sendsWithCommit = true
        var wasRevoked = false
        schedule.scene = (
            replicas[0], "produce",
            {
                try schedule.begin(replicas[1])
                replicas[1].life?.consumer?.beat()
                replicas[0].life?.consumer?.beat()
                schedule.scene = (
                    replicas[0], "metadata",
                    {
                        wasRevoked = true
                        for _ in 0..<20 {
                            replicas[0].life?.consumer?.beat()
                            schedule.step(of: replicas[1])
                        }
                    }
                )
            }
        )
        for _ in 0..<30 where !wasRevoked { schedule.step(of: replicas[0]) }
        #expect(wasRevoked)
        try finish()
    }

    /// It ends with its shards though it was cancelled: their files are open until the loop has dropped them.
    @Test func `files are not lent while a cancelled restore may have them open`() throws {
        let (schedule, replicas) = (schedule, replicas)
        schedule.areStandbys = true
        try schedule.begin(replicas[0])
        let life = try #require(replicas[0].life)
        let loop = try #require(life.loop)
        let standby = try #require(loop.plan.standby)
        for _ in 0..<30 where loop.restore == nil { schedule.step(of: replicas[0]) }
        // Both files are open when the group gives one partition to the other replica.
        schedule.scene = (
            replicas[0], "committed offsets",
            {
                try schedule.begin(replicas[1])
                for _ in 0..<30 where own(loop).count != 1 {
                    replicas[1].life?.consumer?.beat()
                    schedule.step(of: replicas[0])
                }
                schedule.turn(life)
            }
        )
        schedule.runJob(of: life)
        #expect(loop.cancelledRestore != nil && schedule.scene == nil)
        schedule.follow(life)
        #expect(standby.withFiles { $0.partitions } == [])
        schedule.turn(life)
        schedule.follow(life)
        #expect(own(loop).count == 1)
        #expect(Set(standby.withFiles { $0.partitions }) == Set(0..<2).subtracting(own(loop)))
        try finish()
    }

    /// What a restore has written is of use for the next start; one that does not end keeps nobody.
    @Test(arguments: [true, false]) func `a stop waits a moment for the restore that it cuts short`(_ ends: Bool) throws
    {
        try schedule.begin(replicas[0])
        let life = try #require(replicas[0].life)
        let loop = try #require(life.loop)
        for _ in 0..<30 where loop.restore == nil { schedule.step(of: replicas[0]) }
        #expect(loop.restore != nil && life.jobs.count == 1)
        if !ends { life.jobs = [] }
        let told = schedule.now
        try schedule.stop(life)
        #expect((loop.restore == nil) == ends)
        #expect(schedule.now - told < .seconds(5))
        #expect(schedule.failures == [])
    }
}
