import Contracts
import Kafka
import Telemetry

/// The real ones: librdkafka, the system's clocks, a thread for each job.
final class LiveSurroundings: Surroundings {
    func consumer(
        _ properties: [String: String], topics: [String], further: [String], log: Logger
    ) throws(KafkaError) -> any GroupConsumer { try LiveConsumer(properties, topics, further, log) }

    func producer(
        _ properties: [String: String], patience: Duration, log: Logger
    ) throws(KafkaError) -> any TransactionWriter { try LiveProducer(properties, patience, log) }

    func admin(_ properties: [String: String], log: Logger) throws(KafkaError) -> any OffsetSource {
        try LiveAdmin(properties, log)
    }

    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any ChangelogReader {
        try LiveReader(properties, log)
    }

    var now: ContinuousClock.Instant { .now }
    var time: Timestamp { .current }

    func start(_ name: String, _ job: @escaping @Sendable () -> Void) -> any BackgroundJob { Thread(name, job) }
    func pause(_ duration: Duration) { sleep(duration) }
}

extension Thread: BackgroundJob {}

private final class LiveConsumer: GroupConsumer {
    private let consumer: Consumer

    init(
        _ properties: [String: String], _ topics: [String], _ further: [String], _ log: Logger
    ) throws(KafkaError) {
        consumer = try Consumer(properties, topics: topics, further: further, log: log)
    }

    func topicID(_ name: String) -> UInt? { consumer.topicID(name) }
    func next(milliseconds: Int32) -> Consumer.Event? { consumer.next(milliseconds: milliseconds) }
    func assign(_ partitions: [TopicPartition]) throws(KafkaError) { try consumer.assign(partitions) }
    func unassign() throws(KafkaError) { try consumer.unassign() }
    func groupMetadata() throws(KafkaError) -> GroupMetadata { try consumer.groupMetadata() }
    func position(_ topic: String, _ partition: Int32) -> Int64? { consumer.position(topic, partition) }

    func cachedWatermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64)? {
        consumer.cachedWatermarks(topic, partition)
    }
    func reachesBroker(milliseconds: Int32) -> Bool { consumer.reachesBroker(milliseconds: milliseconds) }
    func beginClosing() throws(KafkaError) { try consumer.beginClosing() }
    var isClosed: Bool { consumer.isClosed }
}

private final class LiveProducer: TransactionWriter {
    private let producer: TransactionalProducer

    init(_ properties: [String: String], _ patience: Duration, _ log: Logger) throws(KafkaError) {
        producer = try TransactionalProducer(properties, log: log, patience: patience)
    }

    func topic(_ name: String) throws(KafkaError) -> TransactionalProducer.Topic { try producer.topic(name) }
    func begin() throws(KafkaError) { try producer.begin() }
    func produce(
        _ topic: TransactionalProducer.Topic, _ partition: Int32, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: consuming Headers?, timestamp: Int64, tracked: Bool
    ) throws(KafkaError) {
        try producer.produce(
            topic, partition, key: key, value: value, headers: headers, timestamp: timestamp, tracked: tracked)
    }
    func deliveredPosition(_ partition: Int32) -> Int64? { producer.deliveredPosition(partition) }
    func serve() { producer.serve() }
    func sendOffsets(_ next: [TopicPartition], _ group: consuming GroupMetadata) throws(KafkaError) {
        try producer.sendOffsets(next, group)
    }
    func commit() throws(KafkaError) { try producer.commit() }
    func abort() throws(KafkaError) { try producer.abort() }
}

private final class LiveAdmin: OffsetSource {
    private let admin: Admin

    init(_ properties: [String: String], _ log: Logger) throws(KafkaError) {
        admin = try Admin(properties, log: log, persistence: .none)
    }

    func committed(
        group: String, _ partitions: [TopicPartition], timeout: Duration
    ) throws(KafkaError) -> [Int64?] { try admin.committed(group: group, partitions, timeout: timeout) }
    func watermarks(_ topic: String, _ partition: Int32) throws(KafkaError) -> (low: Int64, high: Int64) {
        try admin.watermarks(topic, partition)
    }
    func topicIDs(_ topics: [String]) throws(KafkaError) -> [String: String] { try admin.topicIDs(topics) }
}

private final class LiveReader: ChangelogReader {
    private let reader: Reader

    init(_ properties: [String: String], _ log: Logger) throws(KafkaError) {
        reader = try Reader(properties, log: log, isolation: .readCommitted)
    }

    func assign(_ partitions: [TopicPartition]) throws(KafkaError) { try reader.assign(partitions) }
    func next(milliseconds: Int32) -> Reader.Event? { reader.next(milliseconds: milliseconds) }
}
