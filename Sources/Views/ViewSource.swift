import Contracts
import Daemon
import Kafka
import Telemetry

/// What a view knows of Kafka. There is `LiveSource`; tests say themselves what comes.
protocol ViewSource: Sendable {
    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any RecordReader
    func admin(_ properties: [String: String], log: Logger) throws(KafkaError) -> any TopicAdmin
    /// The system's clock, for the file's age.
    var time: Timestamp { get }
}

/// Reads what is committed, without a group: see `Kafka.Reader`.
protocol RecordReader: AnyObject {
    func assign(_ partitions: [TopicPartition]) throws(KafkaError)
    func topicID(_ name: String) -> UInt?
    func next(milliseconds: Int32) -> Reader.Event?
}

/// Tells of topics: see `Kafka.Admin`.
protocol TopicAdmin: AnyObject {
    func clusterID(timeout: Duration) throws(KafkaError) -> String
    func partitionCounts(of topics: [String], timeout: Duration) throws(KafkaError) -> [String: Int32]
    func topicIDs(_ topics: [String]) throws(KafkaError) -> [String: String]
    func offsets(_ partitions: [TopicPartition], timeout: Duration) throws(KafkaError) -> [Int64?]
}

/// librdkafka and the system's clock.
struct LiveSource: ViewSource {
    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any RecordReader {
        try Reader(properties, log: log, isolation: .readCommitted)
    }

    func admin(_ properties: [String: String], log: Logger) throws(KafkaError) -> any TopicAdmin {
        try Admin(properties, log: log, persistence: .none)
    }

    var time: Timestamp { .current }
}

// librdkafka's clients are what a view asks for.
extension Reader: RecordReader {}
extension Admin: TopicAdmin {}
