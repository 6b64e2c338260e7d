import Contracts
import Kafka
import Telemetry
import Threads

/// The real ones: librdkafka, the system's clocks, a thread for each job.
final class LiveSurroundings: Surroundings {
    func consumer(
        _ properties: [String: String], topics: [String], further: [String], log: Logger
    ) throws(KafkaError) -> any GroupConsumer { try Consumer(properties, topics: topics, further: further, log: log) }

    func producer(
        _ properties: [String: String], timeout: Duration, log: Logger
    ) throws(KafkaError) -> any TransactionWriter {
        try TransactionalProducer(properties, log: log, timeout: timeout)
    }

    func admin(_ properties: [String: String], log: Logger) throws(KafkaError) -> any OffsetSource {
        try Admin(properties, log: log, persistence: .none)
    }

    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any ChangelogReader {
        try Reader(properties, log: log, isolation: .readCommitted)
    }

    var now: ContinuousClock.Instant { .now }
    var time: Timestamp { .current }

    func start(_ name: String, _ job: @escaping @Sendable () -> Void) -> any BackgroundJob { Thread(name, job) }
    func pause(_ duration: Duration) { sleep(duration) }
}

// librdkafka's clients are what the loop asks for.
extension Consumer: GroupConsumer {}
extension TransactionalProducer: TransactionWriter {}
extension Admin: OffsetSource {}
extension Reader: ChangelogReader {}
extension Thread: BackgroundJob {}
