import Contracts
import Kafka
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// Where a daemon continues in its inputs, when the group's offsets are gone, were set by someone or are those of
/// another topic.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct InputOffsetsTests {
    @Test(arguments: [false, true]) func `a group whose offsets have expired continues where it was`(_ hasFile: Bool)
        throws
    {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("offsets")) }
        enum Other: Place { static let context = Context(RealKafka.uniqueName("offsets")) }
        hasFile ? try goOnWithoutOffsets(Here.self, hasFile) : try goOnWithoutOffsets(Other.self, hasFile)
    }

    private func goOnWithoutOffsets<Here: Place>(_ place: Here.Type, _ hasFile: Bool) throws {
        let world = try World(Here.self)
        try world.handle(0..<3, as: Here.self)
        let directory = hasFile ? world.directory : try Leftovers.temporaryDirectory("empty")
        // As if they had expired.
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: directory) { $0.group += "-other" }
        try world.send(3..<6)
        try world.awaitAdded(0..<6)
        try daemon.stop()
        let line = "the group's offsets have expired: continuing at the offsets in the changelog"
        #expect(daemon.log.lines(line).count == 1, "\(daemon.lines)")
        #expect(try world.addedIDs() == Array(0..<6))
    }

    /// Behind what the changelog says of the inputs lies what another version has written: nobody knows how far it has
    /// come.
    @Test func `state without offsets that another version has written is refused`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("older")) }
        let world = try World(Here.self)
        try world.handle(0..<3, as: Here.self)
        try world.predecessor(offsets: false).commit()
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory) { $0.group += "-other" }
        let end = try daemon.awaitEnd()
        #expect(
            end.contains("has no committed offsets in partition \(World.home) of \(world.context.commands)"), "\(end)")
        #expect(end.contains("--reset-offsets"))
        #expect(try world.addedIDs() == [0, 1, 2])
    }

    /// An operator may set the group's offsets: they are followed, and it is said.
    @Test func `offsets that an operator has set are followed`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("reset")) }
        let world = try World(Here.self)
        try world.handle(0..<3, as: Here.self)
        // As a tool does it that sets offsets.
        try world.setOffset(1)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try eventually("what is handled again") { try world.addedIDs().count == 5 }
        try daemon.stop()
        #expect(try world.addedIDs() == [0, 1, 1, 2, 2])
        let line = "the group's offsets differ from those in the changelog: somebody has set them; following them"
        #expect(daemon.log.lines(line).first?["offsets"] == "\(world.context.commands) [\(World.home)]: 1, not 3")
    }

    /// Where reading continues is never guessed: from the beginning everything would be done again, from the end
    /// something never.
    @Test func `an offset that is not there is refused`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("gone")) }
        let world = try World(Here.self)
        try world.handle(0..<3, as: Here.self)
        try world.predecessor(offsets: true, next: 1000).commit()
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let end = try daemon.awaitEnd()
        #expect(end.contains("records that were not handled yet are gone from Kafka"), "\(end)")
        #expect(try world.addedIDs() == [0, 1, 2])
    }

    /// Another topic of the name would be read from the middle.
    @Test(arguments: [3, 20]) func `a topic that was created again is refused until its offsets are set`(_ records: Int)
        throws
    {
        enum Few: Place { static let context = Context(RealKafka.uniqueName("anew")) }
        enum Many: Place { static let context = Context(RealKafka.uniqueName("anew")) }
        records == 3 ? try makeAnew(Few.self, records) : try makeAnew(Many.self, records)
    }

    private func makeAnew<Here: Place>(_ place: Here.Type, _ records: Int) throws {
        let world = try World(Here.self)
        try world.handle(0..<5, as: Here.self)
        let admin = try world.admin()
        try admin.deleteTopics([world.context.commands])
        try eventually("the topic's end") { try admin.describeTopics([world.context.commands]).isEmpty }
        try eventually("a new topic") { try admin.createTopics(world.topics).count == world.topics.count - 1 }
        try world.send(100..<100 + records)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let end = try daemon.awaitEnd()
        #expect(end.contains("\(world.context.commands) [\(World.home)] is not the topic that was read"), "\(end)")
        #expect(try world.addedIDs() == Array(0..<5))
        // What the refusal says.
        try world.setOffset(0)
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try eventually("all of the new one") { try world.addedIDs().count == 5 + records }
        try daemon.stop()
        #expect(try world.addedIDs() == Array(0..<5) + Array(100..<100 + records))
    }

    /// What has its record at the same place, with the same time, is another topic all the same: so is one whose
    /// retention has taken that record. Older libraries do not see that.
    @Test(.enabled(if: LibraryVersion.current.hasTopicIDs)) func `a topic that looks the same is told by its id`()
        throws
    {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("alike")) }
        let world = try World(Here.self)
        try send(0..<5, world)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<5)
        try daemon.stop()
        // The same topic is the same.
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try send(5..<6, world)
        try world.awaitAdded(0..<6)
        try daemon.stop()
        let admin = try world.admin()
        try admin.deleteTopics([world.context.commands])
        try eventually("a new topic") { try admin.createTopics(world.topics).count == world.topics.count - 1 }
        try send(0..<5, world)
        try send(5..<9, world)
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let end = try daemon.awaitEnd()
        #expect(
            end.contains("\(world.context.commands) [\(World.home)] is not the topic that was read: its id is"),
            "\(end)")
        #expect(try world.addedIDs() == Array(0..<6))
    }

    /// With times that the test decides.
    private func send(_ ids: Range<Int>, _ world: World) throws {
        let producer = try TransactionalProducer(
            world.properties.merging(["transactional.id": "\(world.context.name)-sender"]) { $1 }, log: quiet)
        let topic = try producer.topic(world.context.commands)
        try producer.begin()
        for id in ids {
            try producer.produce(
                topic, World.home, key: "u".utf8.span, value: World.add(id, user: "u", amount: id).utf8.span,
                timestamp: 1_700_000_000_000 + Int64(id))
        }
        try producer.commit()
    }

    /// Where it runs: the consumer continues in the new topic as if nothing had happened.
    @Test func `a topic that is created again under a running daemon is noticed`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("swapped")) }
        let world = try World(Here.self)
        try world.send(0..<3)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<3)
        let admin = try world.admin()
        try admin.deleteTopics([world.context.commands])
        try eventually("a new topic") { try admin.createTopics(world.topics).count == world.topics.count - 1 }
        try world.send(100..<106)
        let end = try daemon.awaitEnd()
        #expect(
            end.contains("\(world.context.commands) [\(World.home)] is not the topic that was read")
                || end.contains("records that were not handled yet are gone from Kafka"), "\(end)")
    }
}
