import Contracts
import Kafka
import RealKafka
import Testing

@testable import Daemon

/// What a context says to itself, beside its commands, on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct BarrierTests {
    /// They come a few at a time, and what waits is there long before the last of them.
    @Test func `what waits is handled behind the commands that were there`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("barrier")) }
        let world = try World(Here.self)
        let slow = (1...200).map {
            ("u", #"{"eventType":"Burn","id":"\#($0)","user":"u","ms":5}"#) as (String?, String)
        }
        try world.send(
            [("u", #"{"eventType":"Tell","id":"0","user":"u"}"#)] + slow.map { (key: $0.0, value: $0.1) },
            ["batch.num.messages": "5"])
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory) {
            $0.properties["queued.min.messages"] = "1"
            $0.properties["fetch.message.max.bytes"] = "1000"
        }
        try world.awaitAdded(0..<201)
        let order = try world.events().compactMap { $0.json["id"] as? String }
        #expect(order.last == "0", "\(order)")
        // And what comes later is not waited for: nothing stands still.
        try world.send([("u", #"{"eventType":"Tell","id":"201","user":"u"}"#)])
        try world.awaitAdded(0..<202)
        try daemon.stop()
    }

    @Test func `a timer fires behind the commands that were there when it was due`() throws {
        enum Soon: Place { static let context = Context(RealKafka.uniqueName("late")) }
        enum Later: Place { static let context = Context(RealKafka.uniqueName("late")) }
        // A machine that is slow to stop the daemon gets more time.
        let isSeen = try firesBehindCommands(Soon.self, wait: 3_000) || firesBehindCommands(Later.self, wait: 60_000)
        #expect(isSeen, "the daemon was stopped before the timer was due")
    }

    /// The daemon is away while it comes due.
    /// - Returns: false where it was still there.
    private func firesBehindCommands<Here: Place>(_ place: Here.Type, wait: Int64) throws -> Bool {
        let world = try World(Here.self)
        let due = Timestamp.current + .milliseconds(wait)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.send([
            ("u", #"{"eventType":"Later","user":"u","wait":\#(wait)}"#), ("u", World.add(0, user: "u", amount: 1)),
        ])
        try world.awaitAdded(0..<1)
        try daemon.stop()
        guard try !isAwake(world) else { return false }
        try world.send(
            (1...200).map { ("u", #"{"eventType":"Burn","id":"\#($0)","user":"u","ms":5}"#) },
            ["batch.num.messages": "5"])
        try eventually("the timer to be due") { Timestamp.current > due + .seconds(1) }
        daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory) {
            $0.properties["queued.min.messages"] = "1"
            $0.properties["fetch.message.max.bytes"] = "1000"
        }
        try world.awaitAdded(0..<201)
        try eventually("the timer to fire") { try isAwake(world) }
        #expect(try world.events().last?.json["eventType"] as? String == "Woke")
        try daemon.stop()
        return true
    }

    private func isAwake(_ world: World) throws -> Bool {
        try world.events().contains { $0.json["eventType"] as? String == "Woke" }
    }
}
