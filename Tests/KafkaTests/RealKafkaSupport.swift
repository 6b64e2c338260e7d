import RealKafka
import Telemetry

@testable import Kafka

/// A topic of its own on the real Kafka that all tests share, and clients for it.
struct Place {
    let server: [String: String]
    let topic = RealKafka.uniqueTopic()
    let group = RealKafka.uniqueName("group")
    let id = RealKafka.uniqueName("producer")

    init(partitions: Int32, config: [String: String] = [:], on broker: RealKafka.Broker? = nil) throws {
        server = ["bootstrap.servers": try (broker ?? RealKafka.shared()).bootstrapServers]
        try admin().createTopics([NewTopic(topic, partitions: partitions, config: config)])
    }

    var bootstrapServers: String { server["bootstrap.servers"] ?? "" }

    func admin() throws(KafkaError) -> Admin { try Admin(server, log: quiet) }

    func producer(
        _ more: [String: String] = [:], log: Logger = quiet, timeout: Duration = .seconds(30)
    ) throws(KafkaError) -> TransactionalProducer {
        let properties = server.merging(["transactional.id": id]) { $1 }.merging(more) { $1 }
        return try TransactionalProducer(properties, log: log, timeout: timeout)
    }

    /// Waits until the last transaction is marked in all its partitions, which a commit does not do: the next producer
    /// of its name has to.
    func awaitMarks() throws(KafkaError) { _ = try producer() }

    /// Its session is short, so that what becomes of lost members is seen soon.
    func consumer(_ more: [String: String] = [:], log: Logger = quiet) throws(KafkaError) -> Consumer {
        let own = ["group.id": group, "session.timeout.ms": "3000", "heartbeat.interval.ms": "300"]
        return try Consumer(server.merging(own) { $1 }.merging(more) { $1 }, topics: [topic], log: log)
    }

    func reader(_ isolation: Reader.Isolation = .readCommitted) throws(KafkaError) -> Reader {
        try Reader(server, log: quiet, isolation: isolation)
    }

    /// All partitions from one offset on.
    func all(_ partitions: Int32, from offset: Int64 = 0) -> [TopicPartition] {
        (0..<partitions).map { TopicPartition(topic, $0, offset: offset) }
    }

    /// Records that are there before the test begins; the values are the numbers.
    func fill(_ partition: Int32, _ values: Range<Int>) throws {
        let producer = try Producer(server, log: quiet)
        for value in values { try producer.send(topic, partition: partition, key: nil, value: "\(value)".utf8.span) }
        try producer.flush(milliseconds: 120_000)
    }
}
