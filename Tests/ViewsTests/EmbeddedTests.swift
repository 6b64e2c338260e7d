import Kafka
import RealKafka
import Telemetry
import Testing

@testable import Views

/// A view on the embedded broker, as `negawatt dev` has it.
@Suite(.timeLimit(.minutes(30))) struct EmbeddedTests {
    @Test func `follows the embedded broker also when it comes back`() throws {
        let broker = try EmbeddedBroker()
        for topic in ["changelog", "events"] { try broker.createTopic(topic, partitions: 2) }
        let properties = ["bootstrap.servers": broker.bootstrapServers]
        let producer = try Producer(properties, log: quiet)
        func send() throws {
            for partition in 0..<Int32(2) {
                try producer.send("events", partition: partition, key: "e".utf8.span, value: "".utf8.span)
            }
            try producer.flush(milliseconds: 30_000)
        }
        try send()
        let running = Running(
            try Leftovers.temporaryDirectory("view"), LiveSource(), Running.topics, properties: properties)
        try running.awaitCaughtUp()
        #expect(try running.content().counts == ["e": 2])
        try broker.setReachable(false)
        try eventually("its word") { running.view.status.snapshot.fault != nil }
        let asOf = try #require(running.view.status.snapshot.asOf)
        #expect(try running.content().counts == ["e": 2])
        try broker.setReachable(true)
        try send()
        try running.awaitPassed("events", 1, 1)
        try eventually("a later moment") {
            running.view.status.snapshot.asOf ?? 0 > asOf && running.view.status.snapshot.fault == nil
        }
        #expect(try running.content().counts == ["e": 4])
        let metrics = MetricsRegistry()
        running.view.status.register(in: metrics, view: "toy")
        let text = metrics.text()
        for line in ["caught_up{view=\"toy\"} 1", "records_total{view=\"toy\"} 4", "behind_records{view=\"toy\"} "] {
            #expect(text.contains("negawatt_view_\(line)"), "\(text)")
        }
        try running.stop()
    }
}
