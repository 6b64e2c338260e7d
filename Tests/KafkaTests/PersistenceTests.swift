import CRdKafka
import Synchronization
import Testing

@testable import Kafka

/// Answers of brokers that are not ready, right after topics were made.
@Suite(.timeLimit(.minutes(30))) struct PersistenceTests {
    private func error(_ code: rd_kafka_resp_err_t) -> KafkaError { KafkaError(code) }

    @Test(arguments: [
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
    ])
    func `what passes is tried again and said once`(_ code: rd_kafka_resp_err_t) throws {
        let told = Mutex(0)
        var persistence = Persistence(.seconds(60)) { _ in told.withLock { $0 += 1 } }
        persistence.quiet = .milliseconds(150)
        var calls = 0
        let result = try persistence.run { () throws(KafkaError) -> Int in
            calls += 1
            if calls < 5 { throw error(code) }
            return 7
        }
        #expect(result == 7 && calls == 5)
        #expect(told.withLock { $0 } == 1)
    }

    @Test func `what is quick is not said`() throws {
        let told = Mutex(0)
        var calls = 0
        try Persistence(.seconds(60)) { _ in told.withLock { $0 += 1 } }.run { () throws(KafkaError) in
            calls += 1
            if calls < 2 { throw error(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION) }
        }
        #expect(told.withLock { $0 } == 0)
    }

    @Test(arguments: [
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
    ])
    func `what does not pass is thrown at once`(_ code: rd_kafka_resp_err_t) {
        var calls = 0
        #expect(throws: KafkaError.self) {
            try Persistence.tool.run { () throws(KafkaError) in
                calls += 1
                throw error(code)
            }
        }
        #expect(calls == 1)
    }

    @Test func `a daemon does not wait here`() {
        var calls = 0
        #expect(throws: KafkaError.self) {
            try Persistence.none.run { () throws(KafkaError) in
                calls += 1
                throw error(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
            }
        }
        #expect(calls == 1)
    }

    @Test func `it ends`() {
        var calls = 0
        #expect(throws: KafkaError.self) {
            try Persistence(.milliseconds(250)).run { () throws(KafkaError) in
                calls += 1
                throw error(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
            }
        }
        #expect(calls > 1)
    }

    @Test func `watermarks of a leader that is not ready are there a moment later`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let codes = [Int32](repeating: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION.rawValue, count: 3)
        broker.fail(request: listOffsets, with: codes)
        #expect(throws: KafkaError.self) {
            for _ in codes { _ = try Admin(server, log: quiet, persistence: .none).watermarks("t", 0) }
        }
        broker.fail(request: listOffsets, with: codes)
        #expect(try Admin(server, log: quiet).watermarks("t", 0).high == 0)
    }

    @Test func `offsets of a group that loads are there a moment later`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let codes = [Int32](repeating: RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS.rawValue, count: 3)
        broker.fail(request: offsetFetch, with: codes)
        #expect(try Admin(server, log: quiet).committed(group: "g", [TopicPartition("t", 0)]) == [nil])
    }

    /// Numbers of requests in Kafka's protocol.
    private let listOffsets: Int16 = 2
    private let offsetFetch: Int16 = 9

    @Test(
        arguments: [
            (RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "right DescribeConfigs on topic t is missing", "--topic t"),
            (RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "right Read on the group is missing", "--group NAME"),
            (RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, "right DescribeConfigs on the cluster", "--cluster"),
            (RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "", ""),
        ])
    func `a missing right is named`(_ code: rd_kafka_resp_err_t, _ text: String, _ option: String) {
        let advice = Right("DescribeConfigs", .topic, "t").advice(code)
        #expect(KafkaError(code).isMissingRight == !text.isEmpty)
        #expect(text.isEmpty ? advice.isEmpty : advice.contains(text) && advice.contains(option), "\(advice)")
    }
}
