import Contracts
import Daemon
import Glibc
import JSON
import Kafka
import Telemetry
import Workers

/// Sends messages, and reads what has come of them and is committed. One thread uses it.
final class Client {
    let admin: Admin
    private let producer: Producer
    private let properties: [String: String]
    private let log = Logger(level: .warning, sink: FileLog(.logfmt, descriptor: STDERR_FILENO))
    private var reader = JSONReader()

    /// - Parameters:
    ///   - linger: how many ms a record waits for others to go with it.
    ///   - isIdempotent: else a record may arrive twice, but a broker that goes does no more harm.
    init(_ bootstrapServers: String, linger: Int = 20, isIdempotent: Bool = true) throws {
        let properties = ["bootstrap.servers": bootstrapServers]
        admin = try Admin(properties, log: log)
        producer = try Producer(
            properties.merging(["linger.ms": "\(linger)", "enable.idempotence": "\(isIdempotent)"]) { $1 }, log: log)
        self.properties = properties
    }

    /// Without headers, as the peers' records are.
    /// - Parameter partition: nil leaves it to the key.
    func send(_ topic: Topic, _ key: String, _ message: some Message, partition: Int32? = nil) throws {
        var json = JSONWriter()
        let range = json.message(message, at: .current)
        try producer.send(
            topic.name, partition: partition, key: key.utf8.span, value: json.bytes.extracting(range))
        producer.serve()
    }

    /// A message as text.
    func send(_ topic: Topic, _ key: String, text: String) throws {
        try producer.send(topic.name, key: key.utf8.span, value: text.utf8.span)
        producer.serve()
    }

    /// A row, as its context's changelog has it.
    func send<Rows: Table>(
        _ table: Rows.Type, of context: Context, _ key: String, _ row: Rows.Row, partition: Int32
    ) throws {
        var json = JSONWriter()
        let range = json.object { row.write(&$0) }
        try producer.send(
            context.changelog, partition: partition, key: "\(table.name)/\(key)".utf8.span,
            value: json.bytes.extracting(range))
        producer.serve()
    }

    /// Waits until everything sent has arrived.
    func flush() throws { try producer.flush(milliseconds: 60_000) }

    /// Behind the last record of each of a topic's partitions. Waits while leaders move, but not for ever.
    func ends(_ topic: String) throws -> [TopicPartition] {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do throws(KafkaError) {
                let partitions = try admin.describeTopics([topic])[topic]?.partitions ?? 0
                var ends: [TopicPartition] = []
                for partition in 0..<partitions {
                    try ends.append(TopicPartition(topic, partition, offset: admin.watermarks(topic, partition).high))
                }
                return ends
            } catch {
                guard error.severity == .retriable, .now < deadline else { throw error }
                usleep(50_000)
            }
        }
    }

    /// Reads on from given offsets.
    func makeReader(from offsets: [TopicPartition]) throws -> Reader {
        let reader = try Reader(properties, log: log, isolation: .readCommitted)
        try reader.assign(offsets)
        return reader
    }

    /// Lends the fields of the next record, if one comes in time.
    /// - Returns: where a partition has been read to its end, if that is what came.
    func next(
        _ source: Reader, milliseconds: Int32, _ body: (borrowing Fields) throws -> Void
    ) throws -> TopicPartition? {
        switch source.next(milliseconds: milliseconds) {
        case .record(let record):
            if let value = record.value { try reader.read(value, body) }
            return nil
        case .end(let position): return position
        case .failure(let error):
            if error.severity == .fatal { throw error }
            return nil
        case nil: return nil
        }
    }
}

/// What was measured cannot be said, or is not what had to come.
struct MeasurementError: Error, CustomStringConvertible { let description: String }
