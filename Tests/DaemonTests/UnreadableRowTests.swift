import Contracts
import Foundation
import Kafka
import RealKafka
import SQLite
import Telemetry
import TelemetryTesting
import Testing
import Workers

@testable import Daemon

/// What lies in a changelog that this version cannot read, on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct UnreadableRowTests {
    private static let home = Partitioner.partition(of: "u", among: World.partitions)
    /// Another customer of the same partition.
    private static let other =
        (0...99).map { "v\($0)" }.first { Partitioner.partition(of: $0, among: World.partitions) == home } ?? "v"

    /// Has the daemon work, and then writes a row into the changelog as someone who should not.
    private func write<Here: Place>(_ place: Here.Type, _ key: String, _ value: String) throws -> World {
        let world = try World(Here.self)
        try world.send([("u", World.add(0, user: "u", amount: 1))])
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<1)
        try daemon.stop()
        let producer = try TransactionalProducer(
            world.properties.merging(["transactional.id": "\(world.context.name)-somebody"]) { $1 }, log: quiet)
        try producer.begin()
        try producer.produce(
            producer.topic(world.context.changelog), Self.home, key: key.utf8.span, value: value.utf8.span)
        try producer.commit()
        return world
    }

    private func metric(_ line: String, _ daemon: Running) throws -> Bool {
        try daemon.get("/metrics").body.contains(line + "\n")
    }

    @Test func `who needs a row that cannot be read is a dead letter and the others are handled`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("unreadable")) }
        let world = try write(Here.self, "sums/u", #"{"user":"u","amount":"much"}"#)
        try world.send([
            ("u", World.add(100, user: "u", amount: 1)), (Self.other, World.add(1, user: Self.other, amount: 7)),
            ("u", World.add(101, user: "u", amount: 1)), (Self.other, World.add(2, user: Self.other, amount: 7)),
        ])
        let daemon = Running(
            Here.self, on: world.bootstrapServers, directory: try Leftovers.temporaryDirectory("empty"))
        try world.awaitAdded(0..<3)
        try eventually("the dead letters") { try world.deadLetters().count == 2 }
        for letter in try world.deadLetters() {
            #expect(letter.key == "u" && letter.headers["deadletter.kind"] == "row")
            #expect(letter.headers["deadletter.reason"]?.contains("see negawatt state repair") == true)
        }
        #expect(try metric(#"negawatt_deadletters_total{reason="row"} 2"#, daemon))
        #expect(try metric("negawatt_changelog_strays_total 2", daemon))
        try daemon.stop()
        // Once: not for each record that needs it.
        #expect(daemon.log.lines("starting over from what Kafka holds").count == 1, "\(daemon.lines)")
    }

    @Test func `a timer that needs a row that cannot be read fires later`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("latertimer")) }
        let world = try write(Here.self, "sums/u", "garbage")
        try world.send([
            ("u", #"{"eventType":"Later","user":"u","wait":100}"#),
            (Self.other, World.add(1, user: Self.other, amount: 7)),
        ])
        let directory = try Leftovers.temporaryDirectory("empty")
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: directory)
        try daemon.awaitLine("a timer had no effect")
        try world.awaitAdded(0..<2)
        let line = daemon.log.lines("a timer had no effect").first
        #expect(line?["reason"]?.contains("it fires again in") == true, "\(daemon.lines)")
        try daemon.stop()
        #expect(try world.events().allSatisfy { !$0.text.contains("Woke") })
        var timers: [String] = []
        let path = "\(directory)/\(world.context.name)/\(Self.home).sqlite"
        try Database(path, mode: .readOnly).prepare("SELECT key FROM timers").forEachRow { row in
            timers.append(String(copying: row.text(0)))
            return true
        }
        let set = timers.compactMap { Timer(key: $0) }.filter { $0.kind == "later" }
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        #expect(set.count == 1 && set.allSatisfy { $0.id == "u" && $0.due.milliseconds > now }, "\(timers)")
    }

    @Test func `a row of no table is one dead letter and is not told again`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("notable")) }
        let world = try write(Here.self, "dreams/x", #"{"of":"sheep"}"#)
        let place = try #require(try world.read(world.context.changelog).first { $0.key == "dreams/x" })
        var ids = 1
        for isFirst in [true, false] {
            let daemon = Running(
                Here.self, on: world.bootstrapServers, directory: try Leftovers.temporaryDirectory("empty"))
            try world.send([("u", World.add(ids, user: "u", amount: 1))])
            ids += 1
            try world.awaitAdded(0..<ids)
            #expect(try metric("negawatt_changelog_strays_total \(isFirst ? 1 : 0)", daemon))
            try daemon.stop()
            let letter = try #require(try world.deadLetters().first)
            #expect(try world.deadLetters().count == 1)
            #expect(letter.headers["deadletter.kind"] == "row" && letter.partition == Self.home)
            #expect(
                letter.headers["deadletter.source"] == "\(world.context.changelog)-\(Self.home)-\(place.offset)")
            #expect(letter.key == "dreams/x" && letter.text == #"{"of":"sheep"}"#)
        }
    }
}
