import Contracts
import Kafka
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// Dead letters that are handled again, on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct ReplayTests {
    /// The dead letters take more than other topics: it got there whole, and would get nowhere else.
    @Test func `a dead letter that is too large to be forwarded is refused again and stops nothing`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("bulkyletter")) }
        let world = try World(Here.self)
        let producer = try Producer(world.properties.merging(["message.max.bytes": "2000000"]) { $1 }, log: quiet)
        let elsewhere = (Partitioner.partition(of: "u0", among: World.partitions) + 1) % World.partitions
        let key = [UInt8](repeating: 0x6b, count: 950_000)
        try producer.send(
            world.context.commands, partition: elsewhere, key: key.span,
            value: World.add(1000, user: "u0", amount: 1).utf8.span)
        try producer.flush(milliseconds: 120_000)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try eventually("the letter") { try world.deadLetters().count == 1 }
        let replay = #"{"eventType":"Replay","partition":\#(elsewhere),"offset":0}"#
        try producer.send(world.context.commands, partition: elsewhere, key: nil, value: replay.utf8.span)
        try producer.flush(milliseconds: 120_000)
        try eventually("the letter again") { try world.deadLetters().count == 2 }
        // It is not copied as often as someone asks for it: what is refused is the command that asks.
        let letters = try world.deadLetters()
        #expect(letters.allSatisfy { $0.headers["deadletter.kind"] == "refused" })
        #expect(letters.map { $0.key?.utf8.count } == [950_000, nil])
        #expect(
            letters.map { $0.headers["deadletter.source"] }
                == (0...1).map { "\(world.context.commands)-\(elsewhere)-\($0)" })
        try world.add(0..<20)
        try world.awaitAdded(0..<20)
        try daemon.stop()
    }

    /// What is refused is mended by a row that was missing, or it is refused once more, as the record that it was.
    @Test func `a dead letter is handled again as its record and its place behind the last one is none`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("again")) }
        let world = try World(Here.self)
        let home = Partitioner.partition(of: "u", among: World.partitions)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.send([("u", World.add(0, user: "u", amount: -13)), ("u", World.add(1, user: "u", amount: 5))])
        try world.awaitAdded(1..<2)
        try eventually("the letter") { try world.deadLetters().count == 1 }
        let letter = try #require(try world.deadLetters().first)
        // The mark of a transaction lies behind the last dead letter; both at once, and the first of them from another
        // partition.
        let (last, behind) = (letter.offset, letter.offset + 1)
        let producer = try Producer(world.properties, log: quiet)
        func replay(_ offset: Int64, in partition: Int32) throws {
            let value = #"{"eventType":"Replay","partition":\#(home),"offset":\#(offset)}"#
            try producer.send(world.context.commands, partition: partition, key: nil, value: value.utf8.span)
        }
        for offset in [last, behind, last] { try replay(offset, in: home) }
        try replay(last, in: (home + 1) % World.partitions)
        try producer.flush(milliseconds: 120_000)
        try eventually("what has come of them") { try world.deadLetters().count == 5 }
        let letters = try world.deadLetters()
        let again = letters.filter { $0.headers["deadletter.source"] == letter.headers["deadletter.source"] }
        #expect(again.count == 4 && again.allSatisfy { $0.value == letter.value })
        #expect(letters.count { $0.headers["deadletter.kind"] == "not-found" } == 1)
        try world.add(2..<20)
        try eventually("what comes behind") { try world.addedIDs().count == 19 }
        try daemon.stop()
    }

    /// That a partition has ended is said once. Who waits for it again holds up all that lies behind, and in the end
    /// starts over.
    @Test func `dead letters that are not there are refused at once one after the other`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("noletters")) }
        let world = try World(Here.self)
        let producer = try Producer(world.properties, log: quiet)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try producer.send(world.context.commands, partition: 0, key: nil, value: "wrong".utf8.span)
        try producer.flush(milliseconds: 120_000)
        try eventually("the letter") { try world.deadLetters().count == 1 }
        // Behind one that is there such as are not, all in one transaction: no new dead letter ends the partition
        // again.
        for offset in [0, 20, 21, 22, 23, 24, 25] {
            let replay = #"{"eventType":"Replay","partition":0,"offset":\#(offset)}"#
            try producer.send(world.context.commands, partition: 0, key: nil, value: replay.utf8.span)
        }
        try producer.flush(milliseconds: 120_000)
        try eventually("8 letters") { try world.deadLetters().count == 8 }
        #expect(daemon.log.lines("Kafka cannot be reached: waiting, nothing is lost").isEmpty)
        #expect(daemon.log.lines("starting over from what Kafka holds").isEmpty)
        try daemon.stop()
    }

    /// The row that says so comes back with the others, wherever the partition goes.
    @Test func `a replay that one command asks for twice is handled once whatever was started again`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("askedtwice")) }
        let world = try World(Here.self)
        let home = Partitioner.partition(of: "u", among: World.partitions)
        let producer = try Producer(world.properties, log: quiet)
        func replay(as command: String) throws {
            let headers = Headers(capacity: 1)
            headers.add(Request.commandHeader, command.utf8.span)
            let value = #"{"eventType":"Replay","partition":\#(home),"offset":0}"#
            try producer.send(
                world.context.commands, partition: home, key: nil, value: value.utf8.span, headers: headers)
            try producer.flush(milliseconds: 120_000)
        }
        func answers() throws -> [Seen] { try world.events().filter { $0.headers["type"] == "Replayed" } }
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.send([("u", World.add(0, user: "u", amount: -13))])
        try eventually("the letter") { try world.deadLetters().count == 1 }
        try replay(as: "c")
        try eventually("the answer") { try answers().count == 1 }
        try daemon.stop()
        daemon = Running(
            Here.self, on: world.bootstrapServers, directory: try Leftovers.temporaryDirectory("elsewhere"))
        try replay(as: "c")
        try eventually("the same once more") { try answers().count == 2 }
        #expect(try world.deadLetters().count == 2)
        #expect(Set(try answers().map { $0.json["reason"] as? String }).count == 1)
        try replay(as: "d")
        try eventually("another one's") { try answers().count == 3 }
        #expect(try world.deadLetters().count == 3)
        try daemon.stop()
    }
}
