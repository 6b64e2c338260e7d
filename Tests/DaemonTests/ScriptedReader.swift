import Contracts
import Kafka
import Telemetry
import Threads

@testable import Daemon

/// Stands in for Kafka where something only reads: says the records and the ends itself, and has the rest of the
/// surroundings from here.
protocol ScriptedReader: Surroundings, ChangelogReader, OffsetSource {}

extension ChangelogReader {
    func topicID(_ name: String) -> UInt? { nil }
    func position(_ topic: String, _ partition: Int32) -> Int64? { nil }
    func cachedWatermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64)? { nil }
}

extension ScriptedReader {
    var now: ContinuousClock.Instant { .now }
    var time: Timestamp { Timestamp(milliseconds: 0) }
    func pause(_ duration: Duration) {}
    func start(_ name: String, _ job: @escaping @Sendable () -> Void) -> any BackgroundJob { Thread(name, job) }
    func admin(_ properties: [String: String], log: Logger) -> any OffsetSource { self }
    func reader(_ properties: [String: String], log: Logger) -> any ChangelogReader { self }
    func assign(_ partitions: [TopicPartition]) {}
    func topicIDs(_ topics: [String]) -> [String: String] { [:] }

    // What a reader has nothing to do with.
    func consumer(
        _ properties: [String: String], topics: [String], further: [String], log: Logger
    ) throws(KafkaError) -> any GroupConsumer { throw .killed }
    func producer(
        _ properties: [String: String], timeout: Duration, log: Logger
    ) throws(KafkaError) -> any TransactionWriter { throw .killed }
    func committed(
        group: String, _ partitions: [TopicPartition], timeout: Duration
    ) throws(KafkaError) -> [Int64?] { throw .killed }
}
