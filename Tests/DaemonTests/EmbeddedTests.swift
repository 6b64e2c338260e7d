import Contracts
import Foundation
import Kafka
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// The whole daemon in this process, on the embedded broker.
@Suite(.timeLimit(.minutes(30))) struct EmbeddedTests {
    @Test func `it works`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("embedded")) }
        let broker = try EmbeddedBroker()
        let (world, daemon) = try World.start(Here.self, on: broker)
        #expect(try daemon.get("/readyz").status == 503)
        #expect(try daemon.get("/livez").status == 200)
        try daemon.awaitLine("running")
        #expect(try daemon.get("/readyz").status == 200)
        #expect(try daemon.get("/startupz").status == 200)

        let home = Partitioner.partition(of: "u0", among: 4)
        let stray = try #require((1...99).map { "key\($0)" }.first { Partitioner.partition(of: $0, among: 4) != home })
        try world.add(0..<100)
        try world.send([
            ("u1", #"{"eventType":"Later","user":"u1","wait":50}"#), ("u2", "nonsense"),
            (stray, World.add(100, user: "u0", amount: 100)),
        ])
        try world.awaitAdded(0..<101)
        try eventually("a timer") { try world.events().contains { $0.json["eventType"] as? String == "Woke" } }
        let letter = try #require(try world.deadLetters().first)
        #expect(letter.text == "nonsense" && letter.key == "u2")

        let metrics = try daemon.get("/metrics").body
        for line in [
            #"negawatt_records_processed_total{outcome="done"} 102"#,
            #"negawatt_records_processed_total{outcome="forwarded"} 1"#,
            #"negawatt_records_processed_total{outcome="rejected"} 1"#, "negawatt_timers_fired_total 1",
            "negawatt_toy_adds_total 101",
            #"negawatt_deadletters_total{reason="malformed"} 1"#, #"negawatt_state{state="running"} 1"#,
            "negawatt_assigned_partitions 4",
        ] { #expect(metrics.contains(line + "\n"), "\(line) in \(metrics)") }
        if Command.find("promtool") != nil {
            #expect(try Command.run("promtool", ["check", "metrics"], input: Array((metrics + "\n").utf8)) == "")
        }
        try daemon.stop()
        #expect(try world.sums() == World.expectedSums(0..<101))
    }

    /// What was done is aborted, and nothing more is done before the group has given partitions again: what still comes
    /// lies behind what was aborted. The process stays.
    @Test func `a group that has continued is no reason to end and none to continue`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("expelled")) }
        let broker = try EmbeddedBroker()
        let (world, daemon) = try World.start(Here.self, on: broker)
        try daemon.awaitLine("running")
        try world.add(0..<10)
        try eventually("the first") { try world.addedIDs().count >= 10 }
        // ILLEGAL_GENERATION for the next offsets.
        broker.fail(request: 28, with: [22])
        try world.add(10..<20)
        try daemon.awaitLine("transaction aborted")
        try world.add(20..<40)
        try eventually("all that waits, \(daemon.lines)") {
            let lags = try daemon.get("/metrics").body.split(separator: "\n")
                .filter { $0.hasPrefix("negawatt_consumer_lag_records{") }
            return lags.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +) == 30
        }
        try daemon.stop()
        #expect(daemon.log.lines("transaction aborted").map { $0["code"] } == ["ILLEGAL_GENERATION"])
        #expect(try world.sums() == World.expectedSums(0..<10))
    }

    @Test func `it waits for topics and says which once`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("waiting")) }
        let broker = try EmbeddedBroker()
        let world = try World(Here.self, at: broker.bootstrapServers)
        let daemon = Running(
            Here.self, on: broker.bootstrapServers, directory: world.directory, isEmbedded: true,
            change: { $0.properties = [:] })
        try daemon.awaitLine("topics are missing: waiting for them")
        #expect(try daemon.get("/readyz").status == 503)
        #expect(try daemon.get("/startupz").status == 200)
        for topic in world.topics { try broker.createTopic(topic.name, partitions: topic.partitions) }
        try daemon.awaitLine("running")
        #expect(daemon.log.lines("topics are missing: waiting for them").count == 1)
        try daemon.stop()
    }
}
