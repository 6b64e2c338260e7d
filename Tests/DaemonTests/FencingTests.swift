import Contracts
import Kafka
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// Who else may write in a daemon's name.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct FencingTests {
    @Test func `a daemon that is fenced starts over and says why when it continues`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("fenced")) }
        let world = try World(Here.self)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.add(0..<10)
        try world.awaitAdded(0..<10)
        for round in 1...3 {
            _ = try TransactionalProducer(
                world.properties.merging(["transactional.id": "\(world.context.name)-0"]) { $1 }, log: quiet)
            try world.add(round * 10..<round * 10 + 10)
            try world.awaitAdded(0..<round * 10 + 10)
        }
        #expect(daemon.log.lines("starting over from what Kafka holds").count == 2)
        #expect(
            daemon.log.lines(
                "fenced repeatedly: another daemon runs with the same --instance; stop one of the two"
            )
            .count == 1, "\(daemon.lines)")
        try daemon.stop()
        #expect(try world.sums() == World.expectedSums(0..<40))
    }

    @Test func `of two daemons with one instance one says so and nothing is done twice`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("twins")) }
        let world = try World(Here.self)
        let one = Running(Here.self, on: world.bootstrapServers, directory: world.directory) { $0.isStatic = true }
        try one.awaitLine("running")
        try world.add(0..<20)
        let other = Running(
            Here.self, on: world.bootstrapServers, directory: try Leftovers.temporaryDirectory("other")
        ) { $0.isStatic = true }
        try one.awaitLine("another daemon has joined with the same --instance: stop one of the two; rejoining")
        try one.stop()
        try world.add(20..<40)
        try world.awaitAdded(0..<40)
        try other.stop()
    }

    @Test func `a directory that is in use is refused`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("shared")) }
        let world = try World(Here.self)
        let one = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try one.awaitLine("running")
        let other = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        #expect(try other.awaitEnd().contains("is in use by another daemon"))
        try one.stop()
    }

    /// Both work in one process, each on its partitions.
    @Test func `members that come and go move shards without a loss or a repeat`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("members")) }
        let world = try World(Here.self)
        let one = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.add(0..<500)
        try one.awaitLine("running")
        let otherDirectory = try Leftovers.temporaryDirectory("other")
        for round in 1...2 {
            let other = Running(Here.self, on: world.bootstrapServers, directory: otherDirectory) {
                $0.transactionalID += "-b"
            }
            try world.add(round * 1000..<round * 1000 + 500)
            try other.awaitLine("running")
            #expect(try other.get("/metrics").body.contains("negawatt_assigned_partitions 2\n"))
            try world.add(round * 1000 + 500..<round * 1000 + 1000)
            try other.stop()
        }
        try world.add(500..<1000)
        try world.awaitAdded(0..<3000)
        try one.stop()
        #expect(try world.sums() == World.expectedSums(0..<3000))
    }
}
