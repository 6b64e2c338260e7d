import Contracts
import Daemon
import Kafka
import Telemetry

/// What a view knows of Kafka. There is `LiveSource`; tests say themselves what comes.
protocol ViewSource: Sendable {
    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any RecordReader
    func teller(_ properties: [String: String], log: Logger) throws(KafkaError) -> any TopicTeller
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
protocol TopicTeller: AnyObject {
    func cluster() throws(KafkaError) -> String
    /// How many partitions each has; without those that are not there.
    func partitions(_ topics: [String]) throws(KafkaError) -> [String: Int32]
    func ids(_ topics: [String]) throws(KafkaError) -> [String: String]
    func offsets(_ partitions: [TopicPartition]) throws(KafkaError) -> [Int64?]
}

/// librdkafka and the system's clock.
struct LiveSource: ViewSource {
    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any RecordReader {
        try LiveReader(properties, log)
    }

    func teller(_ properties: [String: String], log: Logger) throws(KafkaError) -> any TopicTeller {
        try LiveTeller(properties, log)
    }

    var time: Timestamp { .current }
}

private final class LiveReader: RecordReader {
    private let reader: Reader

    init(_ properties: [String: String], _ log: Logger) throws(KafkaError) {
        reader = try Reader(properties, log: log, isolation: .readCommitted)
    }

    func assign(_ partitions: [TopicPartition]) throws(KafkaError) { try reader.assign(partitions) }
    func topicID(_ name: String) -> UInt? { reader.topicID(name) }
    func next(milliseconds: Int32) -> Reader.Event? { reader.next(milliseconds: milliseconds) }
}

private final class LiveTeller: TopicTeller {
    private let admin: Admin

    init(_ properties: [String: String], _ log: Logger) throws(KafkaError) {
        admin = try Admin(properties, log: log, persistence: .none)
    }

    func cluster() throws(KafkaError) -> String { try admin.clusterID(timeout: .seconds(5)) }
    func partitions(_ topics: [String]) throws(KafkaError) -> [String: Int32] {
        try admin.describeTopics(topics, timeout: .seconds(5)).mapValues(\.partitions)
    }
    func ids(_ topics: [String]) throws(KafkaError) -> [String: String] {
        try admin.topicIDs(topics, timeout: .seconds(5))
    }
    func offsets(_ partitions: [TopicPartition]) throws(KafkaError) -> [Int64?] { try admin.offsets(partitions) }
}
