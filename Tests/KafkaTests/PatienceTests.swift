import Testing

@testable import Kafka

/// Brokers that are away alone, where librdkafka by itself would wait as long as they are.
@Suite(.timeLimit(.minutes(30))) struct PatienceTests {
    @Test func `offsets are given up in time where the groups coordinator is away`() throws {
        let broker = try EmbeddedBroker(brokers: 3)
        try broker.createTopic("t", partitions: 4)
        try broker.setCoordinator("transaction", "x", broker: 1)
        try broker.setCoordinator("group", "g", broker: 3)
        let properties = [
            "bootstrap.servers": broker.bootstrapServers, "transactional.id": "x", "reconnect.backoff.max.ms": "100",
        ]
        weak var client: Handle?
        do {
            let producer = try TransactionalProducer(properties, log: quiet, timeout: .seconds(8))
            client = producer.handle
            try producer.begin()
            try producer.sendOffsets(offsets, member())
            try producer.commit()
            try broker.setReachable(false, broker: 3)
            try producer.begin()
            let error = #expect(throws: KafkaError.self) { try producer.sendOffsets(offsets, member()) }
            #expect(error?.severity == .fatal && error?.isTimeout == true)
        }
        // It is still at it, and disturbs nobody.
        #expect(client != nil)
        let other = try TransactionalProducer(properties, log: quiet)
        try broker.setReachable(true, broker: 3)
        // 2.16 looks again when a connection comes or goes, which brokers see to by closing those that are idle.
        var next = ContinuousClock.now
        try keepTrying("the end of the call that was left behind") {
            if .now >= next {
                try broker.setReachable(false)
                try broker.setReachable(true)
                next = .now + .seconds(2)
            }
            return client == nil
        }
        try other.begin()
        try other.sendOffsets(offsets, member())
        try other.commit()
    }

    @Test func `watermarks are given up in time where the leader is away`() throws {
        let broker = try EmbeddedBroker(brokers: 3)
        try broker.createTopic("t", partitions: 1)
        try broker.setLeader("t", 0, broker: 3)
        let admin = try Admin(
            ["bootstrap.servers": broker.bootstrapServers], log: quiet, persistence: Persistence(.seconds(3)))
        try broker.setReachable(false, broker: 3)
        let error = #expect(throws: KafkaError.self) { _ = try admin.watermarks("t", 0, timeout: .seconds(1)) }
        #expect(error?.severity == .retriable)
        try broker.setReachable(true, broker: 3)
        let (low, high) = try admin.watermarks("t", 0)
        #expect(low == 0 && high == 0)
    }

    private let offsets = [TopicPartition("t", 0, offset: 1)]
    private func member() throws(KafkaError) -> GroupMetadata {
        try GroupMetadata(group: "g", generation: 1, memberID: "m")
    }
}
