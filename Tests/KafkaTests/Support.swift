import RealKafka
import Synchronization
import Telemetry

@testable import Kafka

/// Keeps log lines for a test to look at.
final class LogLines: LogSink {
    struct Line: Sendable {
        let level: Logger.Level
        let text: String
    }

    private let kept = Mutex<[Line]>([])

    func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields) {
        let text = fields.list.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        kept.withLock { $0.append(Line(level: level, text: "\(message) \(text)")) }
    }

    var lines: [Line] { kept.withLock { $0 } }
}

/// For tests that are not about the log.
let quiet = Logger(level: .error, sink: LogLines())

/// A record that has outlived its client.
struct Seen: Equatable, CustomStringConvertible {
    var partition: Int32
    var offset: Int64
    var key: String?
    var value: String?

    init(_ record: borrowing Record) {
        partition = record.partition
        offset = record.offset
        key = text(record.key)
        value = text(record.value)
    }

    var description: String { "[\(partition)] \(offset) \(key ?? "-") \(value ?? "-")" }
}

func text(_ bytes: Span<UInt8>?) -> String? {
    guard let bytes else { return nil }
    return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
}

struct TookTooLong: Error {
    let what: String
}

/// Makes an attempt again and again until it succeeds. An attempt waits by itself, for a record or an event: nothing
/// waits between two.
func keepTrying(_ what: String, within time: Duration = Patience.usual, _ attempt: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + time
    while try !attempt() { if .now > deadline { throw TookTooLong(what: what) } }
}

extension Consumer {
    /// Serves the consumer until something is true of what has been seen. Rebalances are answered as asked for, from
    /// the beginning if not.
    func serve(
        _ what: String, assign: ([TopicPartition]) -> [TopicPartition] = { $0.map(\.fromBeginning) },
        each: (borrowing Record) throws -> Void = { _ in }, failure: (KafkaError) throws -> Void = { throw $0 },
        until isDone: () throws -> Bool
    ) throws {
        try keepTrying(what) {
            switch next(milliseconds: 50) {
            case .record(let record): try each(record)
            case .assigned(let partitions): try self.assign(assign(partitions))
            case .revoked: try unassign()
            case .failure(let error): try failure(error)
            case nil: break
            }
            return try isDone()
        }
    }

    /// Serves the consumer until the group has given it partitions. What it complains of until then is not looked at.
    func join(_ what: String = "the group", assign: ([TopicPartition]) -> [TopicPartition] = { $0 }) throws {
        var isIn = false
        try serve(
            what,
            assign: {
                isIn = true
                return assign($0)
            }, failure: { _ in }, until: { isIn })
    }

    /// Leaves the group in order.
    func close() throws {
        try beginClosing()
        try serve("the consumer's end", failure: { _ in }, until: { isClosed })
    }
}

extension TopicPartition {
    var fromBeginning: TopicPartition { TopicPartition(topic, partition, offset: Self.beginning) }
}

extension Reader {
    /// All records up to the ends of the partitions, and the ends. An end before `atLeast` is not one yet.
    func readAll(_ partitions: [TopicPartition], atLeast: Int64 = 0) throws -> (records: [Seen], ends: [Int64]) {
        var (records, ends): ([Seen], [Int32: Int64]) = ([], [:])
        try assign(partitions)
        try keepTrying("the ends of \(partitions)") {
            switch next(milliseconds: 50) {
            case .record(let record): records.append(Seen(record))
            case .end(let end): if end.offset >= atLeast { ends[end.partition] = end.offset }
            case .failure(let error): throw error
            case nil: break
            }
            return ends.count == partitions.count
        }
        return (records, partitions.map { ends[$0.partition] ?? -1 })
    }
}

extension TransactionalProducer {
    func produce(_ topic: Topic, _ partition: Int32, _ key: String, _ value: String, tracked: Bool = false) throws {
        try produce(topic, partition, key: key.utf8.span, value: value.utf8.span, tracked: tracked)
    }
}
