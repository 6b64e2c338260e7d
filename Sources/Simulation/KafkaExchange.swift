package import Contracts
import Kafka
package import Telemetry
import Time

/// A simulation's way to running daemons. Reads what is committed, from where the topics ended when it was made. All
/// calls come from one thread.
package final class KafkaExchange: Exchange {
    private let producer: Producer
    private let reader: Reader
    /// Where this run begins to read.
    private let ends: [TopicPartition]
    private let properties: [String: String]
    private let log: Logger
    private let deadLetters = Set(Context.all.map(\.deadLetters))

    /// Records that are lent before the caller gets to speak again.
    private static let batch = 5000
    private static let timeout: Int32 = 60_000

    /// - Parameters:
    ///   - properties: librdkafka's, `bootstrap.servers` among them.
    ///   - hasReadings: whether readings are read, too, beside events: those that come from a utility.
    /// - Throws: `SimulationError` when topics are missing, and `KafkaError`.
    package init(_ properties: [String: String], hasReadings: Bool = false, log: Logger) throws {
        let admin = try Admin(properties, log: log)
        let readings = [Topic.kepcoReadings.name, Topic.kepcoHistory.name]
        let names = Context.all.map(\.events) + Context.all.map(\.deadLetters) + (hasReadings ? readings : [])
        let found = try admin.describeTopics(names)
        let missing = names.filter { found[$0] == nil }
        guard missing.isEmpty else {
            throw SimulationError(
                "there is no topic \(missing.joined(separator: ", ")): create the topics with negawatt topics create, and "
                    + "start the daemons")
        }
        var ends: [TopicPartition] = []
        for name in names {
            for partition in 0..<(found[name]?.partitions ?? 0) {
                ends.append(TopicPartition(name, partition, offset: try admin.watermarks(name, partition).high))
            }
        }
        let reader = try Reader(properties, log: log, isolation: .readCommitted)
        try reader.assign(ends)
        // Readings shrink to less than a half.
        let sending = properties.merging(["compression.codec": "lz4", "linger.ms": "20"]) { given, _ in given }
        self.producer = try Producer(sending, log: log)
        self.reader = reader
        (self.ends, self.properties, self.log) = (ends, properties, log)
    }

    package var now: Timestamp { Timestamp(milliseconds: SystemClock.milliseconds) }

    package func send(_ record: OutgoingRecord) throws {
        let headers = Headers(capacity: 1)
        if let type = record.type { headers.add("type", type) }
        let value: Span<UInt8>? = record.value.utf8.span
        if let key = record.key {
            try producer.send(record.topic.name, key: key.utf8.span, value: value, headers: headers)
        } else {
            try producer.send(record.topic.name, key: nil, value: value, headers: headers)
        }
    }

    package func flush() throws { try producer.flush(milliseconds: Self.timeout) }

    package func replay(_ topic: Topic, _ body: (Span<UInt8>) -> Void) throws {
        let ends = ends.filter { $0.topic == topic.name }
        let all = ends.map { TopicPartition($0.topic, $0.partition, offset: TopicPartition.beginning) }
        let reader = try Reader(properties, log: log, isolation: .readCommitted)
        let quiet = Duration.milliseconds(Int64(Self.timeout))
        guard
            try reader.readToEnds(
                of: all, at: ends.map(\.offset), quiet: quiet, { if let value = $0.value { body(value) } })
                != nil
        else { throw SimulationError("\(topic.name) cannot be read to its end: is there an open transaction in it?") }
    }

    package func receive(_ body: (borrowing IncomingRecord) throws -> Void) throws {
        producer.serve()
        var wait: Int32 = 100
        for _ in 0..<Self.batch {
            switch reader.next(milliseconds: wait) {
            case .record(let record):
                wait = 0
                guard let value = record.value else { break }
                let topic = record.topic
                var refusal: String?
                if deadLetters.contains(topic) {
                    refusal = if let reason = record.header("deadletter.reason") { text(reason) } else { "" }
                }
                try body(IncomingRecord(topic: topic, key: record.key, value: value, refusal: refusal))
            case .end: break
            case .failure(let error): try check(error)
            case nil: return
            }
        }
    }

    /// Others pass by themselves.
    private func check(_ error: KafkaError) throws {
        if error.severity == .fatal { throw error }
    }
}
