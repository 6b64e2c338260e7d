import Contracts
import Kafka
import Telemetry

/// What a loop and its restore jobs decide by beyond their files: Kafka, the clock and what runs beside the loop. A
/// daemon has `LiveSurroundings`; tests put a model of Kafka there, with a clock of its own, and run thousands of
/// schedules in seconds.
///
/// Not here is what no order of events hangs on: the system's time in a file and the file's age by it, and the clocks
/// of what is only shown, `WorkLog` and `DaemonStatus`.
protocol Surroundings: AnyObject, Sendable {
    /// - Parameters:
    ///   - topics: what the group shares out.
    ///   - further: what is assigned by hand beside it.
    func consumer(
        _ properties: [String: String], topics: [String], further: [String], log: Logger
    ) throws(KafkaError) -> any GroupConsumer
    func producer(
        _ properties: [String: String], timeout: Duration, log: Logger
    ) throws(KafkaError) -> any TransactionWriter
    func admin(_ properties: [String: String], log: Logger) throws(KafkaError) -> any OffsetSource
    /// Shows what is committed.
    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any ChangelogReader

    /// For what lasts and waits.
    var now: ContinuousClock.Instant { get }
    /// For what records and timers say.
    var time: Timestamp { get }

    /// Runs the job beside the loop.
    func start(_ name: String, _ job: @escaping @Sendable () -> Void) -> any BackgroundJob
    /// Lets time pass for what runs beside the loop.
    func pause(_ duration: Duration)
}

/// A member of a group: see `Kafka.Consumer`.
protocol GroupConsumer: AnyObject {
    func topicID(_ name: String) -> UInt?
    func next(milliseconds: Int32) -> Consumer.Event?
    func assign(_ partitions: [TopicPartition]) throws(KafkaError)
    func unassign() throws(KafkaError)
    func groupMetadata() throws(KafkaError) -> GroupMetadata
    func position(_ topic: String, _ partition: Int32) -> Int64?
    func cachedWatermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64)?
    func reachesBroker(milliseconds: Int32) -> Bool
    func beginClosing() throws(KafkaError)
    var isClosed: Bool { get }
}

/// Writes in transactions: see `Kafka.TransactionalProducer`.
protocol TransactionWriter: AnyObject {
    func topic(_ name: String) throws(KafkaError) -> TransactionalProducer.Topic
    func begin() throws(KafkaError)
    func produce(
        _ topic: TransactionalProducer.Topic, _ partition: Int32, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: consuming Headers?, timestamp: Int64, tracked: Bool
    ) throws(KafkaError)
    func deliveredPosition(_ partition: Int32) -> Int64?
    func serve()
    func sendOffsets(_ next: [TopicPartition], _ group: consuming GroupMetadata) throws(KafkaError)
    func commit() throws(KafkaError)
    func abort() throws(KafkaError)
}

extension TransactionWriter {
    /// A row of the changelog.
    @inline(__always)
    func produce(
        _ topic: TransactionalProducer.Topic, _ partition: Int32, key: Span<UInt8>?, row value: Span<UInt8>?
    ) throws(KafkaError) {
        try produce(topic, partition, key: key, value: value, headers: nil, timestamp: 0, tracked: true)
    }

    /// A message, of now unless it has a time.
    @inline(__always)
    func produce(
        _ topic: TransactionalProducer.Topic, _ partition: Int32, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: consuming Headers, at time: Int64 = 0
    ) throws(KafkaError) {
        try produce(topic, partition, key: key, value: value, headers: headers, timestamp: time, tracked: false)
    }
}

/// Tells where a group and the topics are: see `Kafka.Admin`.
protocol OffsetSource: AnyObject {
    func committed(
        group: String, _ partitions: [TopicPartition], timeout: Duration
    ) throws(KafkaError) -> [Int64?]
    func watermarks(_ topic: String, _ partition: Int32) throws(KafkaError) -> (low: Int64, high: Int64)
    func topicIDs(_ topics: [String]) throws(KafkaError) -> [String: String]
}

/// Reads without a group: see `Kafka.Reader`.
protocol ChangelogReader: AnyObject {
    func topicID(_ name: String) -> UInt?
    func position(_ topic: String, _ partition: Int32) -> Int64?
    func cachedWatermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64)?
    func assign(_ partitions: [TopicPartition]) throws(KafkaError)
    func next(milliseconds: Int32) -> Reader.Event?
}

/// What runs beside the loop.
protocol BackgroundJob: AnyObject, Sendable {
    /// Waits for its end.
    func join()
}
