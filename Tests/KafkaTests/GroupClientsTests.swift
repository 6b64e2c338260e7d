import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Kafka

/// Where groups continue, asked again and again by one client.
@Suite(.timeLimit(.minutes(30))) struct GroupClientsTests {
    @Test func `whoever asks again connects to nobody again`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 2)
        let log = MemoryLog()
        let properties = ["bootstrap.servers": broker.bootstrapServers, "debug": "broker"]
        let admin = try Admin(properties, log: Logger(level: .debug, sink: log))
        func connections() -> Int { log.lines.count { $0["text"]?.contains("Connected (#") == true } }
        func look() throws {
            for group in ["one", "other"] {
                #expect(
                    try admin.committed(group: group, [TopicPartition("t", 0), TopicPartition("t", 1)]) == [nil, nil])
            }
        }
        try look()
        // The first connection to a coordinator is made by then.
        try look()
        let before = connections()
        #expect(before >= 2, "\(log.lines.prefix(5))")
        for _ in 0..<5 { try look() }
        #expect(connections() == before)
        // What a client for each look had cost.
        let other = try Admin(properties, log: Logger(level: .debug, sink: log))
        #expect(try other.committed(group: "one", [TopicPartition("t", 0)]) == [nil])
        #expect(connections() > before)
    }
}
