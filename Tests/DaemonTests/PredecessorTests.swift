import Contracts
import Foundation
import Kafka
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// What a daemon makes of what a predecessor has left: an open transaction, a changelog that was cut off, a file that
/// is behind or damaged.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct PredecessorTests {
    @Test func `an open transaction with offsets is waited for and taken over`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("open")) }
        let world = try World(Here.self)
        try world.send(0..<10)
        let producer = try world.predecessor(offsets: true)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("waiting for the group's offsets")
        #expect(try daemon.get("/readyz").status == 503)
        #expect(try world.events().isEmpty)
        // Written while the daemon waits for the offsets: where the changelog ends is asked after them.
        try producer.produce(
            producer.topic(world.context.changelog), World.home, key: "sums/w".utf8.span,
            value: #"{"user":"w","amount":1,"count":1}"#.utf8.span)
        try producer.commit()
        try world.awaitAdded(5..<10)
        try daemon.stop()
        #expect(try world.sums() == ["u": 100 + 35, "w": 1])
    }

    /// Restoring takes as long as it takes; the group and whoever stops the daemon do not wait for it.
    @Test func `while it restores it obeys and answers the group`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("restoring")) }
        let world = try World(Here.self)
        try world.send(0..<10)
        let producer = try world.predecessor(offsets: true)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("waiting for the group's offsets")
        // Its partitions go to another member only when it has given them up.
        let other = try world.member()
        let told = ContinuousClock.now
        try daemon.stop()
        #expect(.now - told < Patience.promised)
        try producer.abort()
        _ = consume other
    }

    @Test func `one that is aborted leaves nothing`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("killed")) }
        let world = try World(Here.self)
        try world.send(0..<10)
        // As if killed: the broker ends it after its time.
        do { _ = try world.predecessor(offsets: true, timeout: "2000") }
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<10)
        try daemon.stop()
        #expect(try world.sums() == ["u": 45])
    }

    /// The offsets' commit marker can be there before the changelog's: records that are as good as committed lie behind
    /// the last stable offset, and before the high watermark.
    @Test func `restoring goes to the high watermark`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("high")) }
        let world = try World(Here.self)
        try world.handle(0..<3, as: Here.self)
        let producer = try world.predecessor(offsets: false)
        try world.send(3..<5)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("restoring waits for an open transaction to end")
        #expect(try world.addedIDs() == [0, 1, 2])
        try producer.commit()
        try world.awaitAdded(0..<5)
        try daemon.stop()
        #expect(try world.sums() == ["u": 100 + 7])
    }

    @Test func `a first transaction that was aborted is no loss of offsets`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("first")) }
        let world = try World(Here.self)
        try world.predecessor(offsets: false).abort()
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.send(0..<3)
        try world.awaitAdded(0..<3)
        try daemon.stop()
        #expect(try world.sums() == ["u": 3])
    }

    @Test func `a changelog that was cut off is refused and the file unchanged`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("cut")) }
        let world = try World(Here.self)
        try world.handle(0..<3, as: Here.self)
        let admin = try world.admin()
        try admin.deleteTopics([world.context.changelog])
        try eventually("the topic's end") { try admin.describeTopics([world.context.changelog]).isEmpty }
        try eventually("a new topic") { try admin.createTopics(world.topics).count == world.topics.count - 1 }
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let end = try daemon.awaitEnd()
        // Each shard has written where it is.
        #expect(end.contains("\(world.context.changelog) [") && end.contains("] ends at offset 0"), "\(end)")
        #expect(try world.sums() == ["u": 3])
    }

    @Test func `a file that is behind is rolled forward`() throws {
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

    @Test func `a damaged file is rebuilt and kept beside`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("damaged")) }
        let world = try World(Here.self)
        try world.handle(0..<3, as: Here.self)
        let path = "\(world.directory)/\(world.context.name)/\(World.home).sqlite"
        try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: path))
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.send(3..<5)
        try world.awaitAdded(0..<5)
        try daemon.stop()
        // The others are sound.
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(world.directory)/\(world.context.name)")
        #expect(files.filter { $0.hasSuffix(".damaged") } == ["\(World.home).sqlite.damaged"])
        #expect(
            daemon.log.lines("partitions revoked").last?["partitions"]
                == (0..<World.partitions).map(String.init).joined(separator: ","))
        #expect(daemon.log.lines("a state file is damaged: rebuilding it from the changelog").count == 1)
        #expect(try world.sums() == ["u": 10])
    }
}
