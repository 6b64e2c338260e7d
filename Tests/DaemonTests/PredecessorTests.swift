import Contracts
import Foundation
import Kafka
import RealKafka
import Telemetry
import Testing

@testable import Daemon

/// What a daemon makes of what it finds: a predecessor's transaction, offsets that are gone, a changelog that was cut off.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(15))) struct PredecessorTests {
    /// All in one partition.
    static let home = Partitioner.partition(of: "u", among: World.partitions)

    /// Puts an open transaction into the changelog, as another daemon of the group would that has handled the first five
    /// commands; `offsets` says whether it has come so far as to send them.
    private func predecessor(
        _ world: World, offsets: Bool, next: Int64 = 5, timeout: String = "60000"
    ) throws -> TransactionalProducer {
        let producer = try TransactionalProducer(
            world.properties.merging([
                "transactional.id": "\(world.context.name)-predecessor", "transaction.timeout.ms": timeout,
            ]) { $1 }, log: quiet)
        let changelog = try producer.topic(world.context.changelog)
        // Before the transaction begins, which may be a short one.
        let member = offsets ? try member(world) : nil
        try producer.begin()
        try producer.produce(
            changelog, Self.home, key: "sums/u".utf8.span, value: #"{"user":"u","amount":100,"count":5}"#.utf8.span,
            tracked: true)
        if let member {
            try producer.sendOffsets(
                [TopicPartition(world.context.commands, Self.home, offset: next)], member.groupMetadata())
        }
        // The record is there, though nobody may see it yet.
        try eventually("an open transaction") {
            producer.serve(milliseconds: 10)
            return producer.deliveredPosition(Self.home) != nil
        }
        return producer
    }

    private func member(_ world: World) throws -> Consumer {
        let member = try Consumer(
            world.properties.merging(["group.id": world.context.name]) { $1 }, topics: [world.context.commands],
            log: quiet)
        var isMember = false
        try eventually("a membership") {
            if case .assigned = member.next(milliseconds: 50) {
                try member.assign([])
                isMember = true
            }
            return isMember
        }
        return member
    }

    private func send(_ world: World, _ ids: Range<Int>) throws {
        try world.send(ids.map { ("u", World.add($0, user: "u", amount: $0)) })
    }

    @Test func anOpenTransactionWithOffsetsIsWaitedForAndTakenOver() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("open")) }
        let world = try World(Here.self)
        try send(world, 0..<10)
        let producer = try predecessor(world, offsets: true)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("waiting for the group's offsets")
        #expect(try daemon.get("/readyz").status == 503)
        #expect(try world.events().isEmpty)
        // Written while the daemon waits for the offsets: where the changelog ends is asked after them.
        try producer.produce(
            producer.topic(world.context.changelog), Self.home, key: "sums/w".utf8.span,
            value: #"{"user":"w","amount":1,"count":1}"#.utf8.span)
        try producer.commit()
        try world.awaitAdded(5..<10)
        try daemon.stop()
        #expect(try world.sums() == ["u": 100 + 35, "w": 1])
    }

    /// Restoring takes as long as it takes; the group and whoever stops the daemon do not wait for it.
    @Test func whileItRestoresItObeysAndAnswersTheGroup() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("restoring")) }
        let world = try World(Here.self)
        try send(world, 0..<10)
        let producer = try predecessor(world, offsets: true)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("waiting for the group's offsets")
        // Its partitions go to another member only when it has given them up.
        let other = try member(world)
        let told = ContinuousClock.now
        try daemon.stop()
        #expect(.now - told < .seconds(5))
        try producer.abort()
        _ = consume other
    }

    @Test func oneThatIsAbortedLeavesNothing() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("killed")) }
        let world = try World(Here.self)
        try send(world, 0..<10)
        // As if killed: the broker ends it after its time.
        do { _ = try predecessor(world, offsets: true, timeout: "2000") }
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<10)
        try daemon.stop()
        #expect(try world.sums() == ["u": 45])
    }

    /// The offsets' commit marker can be there before the changelog's: records that are as good as committed lie behind the
    /// last stable offset, and before the high watermark.
    @Test func restoringGoesToTheHighWatermark() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("high")) }
        let world = try World(Here.self)
        try send(world, 0..<3)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        let producer = try predecessor(world, offsets: false)
        try send(world, 3..<5)
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("restoring waits for an open transaction to end")
        #expect(try world.addedIDs() == [0, 1, 2])
        try producer.commit()
        try world.awaitAdded(0..<5)
        try daemon.stop()
        #expect(try world.sums() == ["u": 100 + 7])
    }

    @Test func aFirstTransactionThatWasAbortedIsNoLossOfOffsets() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("first")) }
        let world = try World(Here.self)
        try predecessor(world, offsets: false).abort()
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try send(world, 0..<3)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        #expect(try world.sums() == ["u": 3])
    }

    @Test(arguments: [false, true]) func aGroupWhoseOffsetsHaveExpiredGoesOnWhereItWas(_ hasFile: Bool) throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("offsets")) }
        enum Other: Place { static let context = Context(RealKafka.uniqueName("offsets")) }
        hasFile ? try goOnWithoutOffsets(Here.self, hasFile) : try goOnWithoutOffsets(Other.self, hasFile)
    }

    /// Behind what the changelog says of the inputs lies what another version has written: nobody knows how far it has come.
    @Test func stateWithoutOffsetsThatAnotherVersionHasWrittenIsRefused() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("older")) }
        let world = try World(Here.self)
        try send(world, 0..<3)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        try predecessor(world, offsets: false).commit()
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory) { $0.group += "-other" }
        let end = try daemon.awaitEnd()
        #expect(
            end.contains("has no committed offsets in partition \(Self.home) of \(world.context.commands)"), "\(end)")
        #expect(end.contains("--reset-offsets"))
        #expect(try world.addedIDs() == [0, 1, 2])
    }

    /// An operator may set the group's offsets: they are followed, and it is said.
    @Test func offsetsThatAnOperatorHasSetAreFollowed() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("reset")) }
        let world = try World(Here.self)
        try send(world, 0..<3)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        // As a tool does it that sets offsets.
        try reset(world, to: 1)
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try eventually("what is handled again") { try world.addedIDs().count == 5 }
        try daemon.stop()
        #expect(try world.addedIDs() == [0, 1, 1, 2, 2])
        let line = "the group's offsets are not where the work had come: somebody has set them; following them"
        #expect(daemon.log.lines(line).first?["offsets"] == "\(world.context.commands) [\(Self.home)]: 1, not 3")
    }

    /// Another topic of the name would be read from the middle.
    @Test(arguments: [3, 20]) func aTopicThatWasMadeAnewIsRefusedUntilItsOffsetsAreSet(_ records: Int) throws {
        enum Few: Place { static let context = Context(RealKafka.uniqueName("anew")) }
        enum Many: Place { static let context = Context(RealKafka.uniqueName("anew")) }
        records == 3 ? try makeAnew(Few.self, records) : try makeAnew(Many.self, records)
    }

    private func makeAnew<Here: Place>(_ place: Here.Type, _ records: Int) throws {
        let world = try World(Here.self)
        try send(world, 0..<5)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<5)
        try daemon.stop()
        let admin = try world.admin()
        try admin.deleteTopics([world.context.commands])
        try eventually("the topic's end") { try admin.describeTopics([world.context.commands]).isEmpty }
        try eventually("a new topic") { try admin.createTopics(world.topics).count == world.topics.count - 1 }
        try send(world, 100..<100 + records)
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let end = try daemon.awaitEnd()
        #expect(end.contains("\(world.context.commands) [\(Self.home)] is not the topic that was read"), "\(end)")
        #expect(try world.addedIDs() == Array(0..<5))
        // What the refusal says.
        try reset(world, to: 0)
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try eventually("all of the new one") { try world.addedIDs().count == 5 + records }
        try daemon.stop()
        #expect(try world.addedIDs() == Array(0..<5) + Array(100..<100 + records))
    }

    /// Where it runs: the consumer goes on in the new topic as if nothing had happened.
    @Test func aTopicThatIsMadeAnewUnderARunningDaemonIsNoticed() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("swapped")) }
        let world = try World(Here.self)
        try send(world, 0..<3)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        let admin = try world.admin()
        try admin.deleteTopics([world.context.commands])
        try eventually("a new topic") { try admin.createTopics(world.topics).count == world.topics.count - 1 }
        try send(world, 100..<106)
        let end = try daemon.awaitEnd(within: .seconds(30))
        #expect(
            end.contains("\(world.context.commands) [\(Self.home)] is not the topic that was read")
                || end.contains("records that were not handled yet are gone from Kafka"), "\(end)")
    }

    /// Sets the group's offset in the commands, as a tool does.
    private func reset(_ world: World, to offset: Int64) throws {
        let member = try member(world)
        let producer = try TransactionalProducer(
            world.properties.merging(["transactional.id": "\(world.context.name)-tool"]) { $1 }, log: quiet)
        try producer.begin()
        try producer.sendOffsets(
            [TopicPartition(world.context.commands, Self.home, offset: offset)], member.groupMetadata())
        try producer.commit()
    }

    /// Where reading goes on is never guessed: from the beginning everything would be done again, from the end something never.
    @Test func anOffsetThatIsNotThereIsRefused() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("gone")) }
        let world = try World(Here.self)
        try send(world, 0..<3)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        try predecessor(world, offsets: true, next: 1000).commit()
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let end = try daemon.awaitEnd()
        #expect(end.contains("records that were not handled yet are gone from Kafka"), "\(end)")
        #expect(try world.addedIDs() == [0, 1, 2])
    }

    private func goOnWithoutOffsets<Here: Place>(_ place: Here.Type, _ hasFile: Bool) throws {
        let world = try World(Here.self)
        try send(world, 0..<3)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        let directory = hasFile ? world.directory : try Leftovers.temporaryDirectory("empty")
        // As if they had expired.
        daemon = Running(Here.self, on: world.bootstrapServers, directory: directory) { $0.group += "-other" }
        try send(world, 3..<6)
        try world.awaitAdded(0..<6)
        try daemon.stop()
        let line = "the group has no offsets any more: going on where the changelog says that the work had come"
        #expect(daemon.log.lines(line).count == 1, "\(daemon.lines)")
        #expect(try world.addedIDs() == Array(0..<6))
    }

    @Test func aChangelogThatWasCutOffIsRefusedAndTheFileUnchanged() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("cut")) }
        let world = try World(Here.self)
        try send(world, 0..<3)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        let admin = try world.admin()
        try admin.deleteTopics([world.context.changelog])
        try eventually("the topic's end") { try admin.describeTopics([world.context.changelog]).isEmpty }
        try eventually("a new topic") { try admin.createTopics(world.topics).count == world.topics.count - 1 }
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let end = try daemon.awaitEnd()
        // Each shard has written where it is.
        #expect(end.contains("\(world.context.changelog) [") && end.contains("] ends at offset 0"), "\(end)")
        #expect(try world.sums() == ["u": 3])
    }

    @Test func aFileThatIsBehindIsRolledForward() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("behind")) }
        let world = try World(Here.self)
        for ids in [0..<50, 50..<100] {
            let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
            try world.add(ids)
            try world.awaitAdded(0..<ids.upperBound)
            try daemon.stop()
            if ids.lowerBound == 0 {
                try FileManager.default.copyItem(atPath: world.directory, toPath: world.directory + "-old")
            }
        }
        try FileManager.default.removeItem(atPath: world.directory)
        try FileManager.default.moveItem(atPath: world.directory + "-old", toPath: world.directory)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.add(100..<120)
        try world.awaitAdded(0..<120)
        try daemon.stop()
        #expect(try world.sums() == World.expectedSums(0..<120))
    }

    @Test func aDamagedFileIsMadeAnewAndKeptBeside() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("damaged")) }
        let world = try World(Here.self)
        try send(world, 0..<3)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        let path = "\(world.directory)/\(world.context.name)/\(Self.home).sqlite"
        try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: path))
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try send(world, 3..<5)
        try world.awaitAdded(0..<5)
        try daemon.stop()
        // The others are sound.
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(world.directory)/\(world.context.name)")
        #expect(files.filter { $0.hasSuffix(".damaged") } == ["\(Self.home).sqlite.damaged"])
        #expect(
            daemon.log.lines("partitions given up").last?["partitions"]
                == (0..<World.partitions).map(String.init).joined(separator: ","))
        #expect(daemon.log.lines("a state file is damaged: making it anew from the changelog").count == 1)
        #expect(try world.sums() == ["u": 10])
    }
}
