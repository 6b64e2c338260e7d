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
}
