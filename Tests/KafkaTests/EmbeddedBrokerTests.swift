import RealKafka
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(30))) struct EmbeddedBrokerTests {
    @Test func `takes one call after the other without a seconds sleep`() throws {
        let broker = try EmbeddedBroker()
        let start = ContinuousClock.now
        for number in 0..<60 { try broker.createTopic("t\(number)", partitions: 8) }
        // 30 ms, and 18 s where calls are slept over.
        #expect(ContinuousClock.now - start < .seconds(8))
        let topics = try Admin(["bootstrap.servers": broker.bootstrapServers], log: quiet).describeTopics()
        #expect(topics.count == 60 && topics.values.allSatisfy { $0.partitions == 8 })
    }
}
