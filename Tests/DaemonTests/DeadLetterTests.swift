import Contracts
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// What is said and counted of dead letters, on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct DeadLetterTests {
    @Test func `a record that a timer gives up is said and counted`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("givenup")) }
        let world = try World(Here.self)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.send([("u", #"{"eventType":"Wait","user":"u"}"#)])
        try eventually("the letter") { try world.deadLetters().count == 1 }
        let metrics = try daemon.get("/metrics").body
        #expect(metrics.contains(#"negawatt_deadletters_total{reason="not-found"} 1"#))
        #expect(metrics.contains(#"negawatt_records_processed_total{outcome="rejected"} 0"#))
        try daemon.stop()
        let line = try #require(daemon.log.lines("dead letter").first)
        #expect(line["reason"] == "nobody came for u" && line["kind"] == "not-found" && line["key"] == "u")
        #expect(line["topic"] == world.context.commands && line["offset"] == "0")
    }

    @Test func `a flood of dead letters does not flood the log`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("flood")) }
        let world = try World(Here.self)
        try world.send((0..<3000).map { ("u\($0)", "wrong") })
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try eventually("the dead letters") { try world.deadLetters().count == 3000 }
        try daemon.stop()
        #expect(daemon.lettersInLog == 3000)
        #expect((10..<500).contains(daemon.log.lines("dead letter").count))
    }
}
