import Contexts
import Contracts
import Glibc
import Kafka
import Telemetry
import Workers

/// Reads along in all topics: what the changelogs hold of live rows, and when nothing more happens at a time.
final class YearTail {
    /// What a table's live rows come to: of each key the last record that is no tombstone.
    struct Rows {
        var count = 0
        /// Of keys and values.
        var bytes = 0
    }

    private struct Place: Hashable {
        let topic: UInt
        let partition: Int32
    }

    private struct Row {
        let table: UInt16
        let bytes: UInt32
    }

    /// How long nothing may come before it is looked whether anything is still open. Loops look at their clocks every
    /// 100 ms at least.
    private static let quiet = Duration.milliseconds(200)
    private static let limit = Duration.seconds(300)

    private let client: Client
    private let reader: Reader
    /// By `Record.topicID`.
    private var topics: [UInt: Topic] = [:]
    /// Behind the last record, and behind the last mark of a transaction too.
    private var (next, ends): ([Place: Int64], [Place: Int64]) = ([:], [:])
    private var rows: [UInt64: Row] = [:]
    private var tables: [String] = []
    private(set) var live: [String: Rows] = [:]
    /// By context.
    private(set) var deadLetters: [String: Int] = [:]

    /// - Parameter bootstrapServers: of a Kafka whose topics are new.
    init(_ client: Client, _ bootstrapServers: String) throws {
        self.client = client
        let log = Logger(level: .warning, sink: FileLog(.logfmt, descriptor: STDERR_FILENO))
        reader = try Reader(["bootstrap.servers": bootstrapServers], log: log, isolation: .readUncommitted)
        var places: [TopicPartition] = []
        for topic in Topic.all {
            places += try client.ends(topic.name).map { TopicPartition($0.topic, $0.partition, offset: 0) }
        }
        try reader.assign(places)
        for topic in Topic.all { if let id = reader.topicID(topic.name) { topics[id] = topic } }
    }

    /// Reads until nothing comes any more, no transaction is open, and every group has committed what it was sent.
    func settle() throws {
        let began = ContinuousClock.now
        var movedAt = began
        while true {
            if try take() { movedAt = .now }
            guard .now - movedAt > Self.quiet else { continue }
            guard let open = try whatIsOpen() else { return }
            guard .now - began < Self.limit else {
                throw MeasurementError(description: "after \(Self.limit) there is still something to do: \(open)")
            }
            movedAt = .now
        }
    }

    /// - Returns: whether something came.
    private func take() throws -> Bool {
        switch reader.next(milliseconds: 20) {
        case .record(let record):
            let place = Place(topic: record.topicID, partition: record.partition)
            next[place] = record.offset + 1
            if let topic = topics[record.topicID] { count(record, topic) }
            return true
        case .end(let end):
            guard let topic = reader.topicID(end.topic) else { return false }
            ends[Place(topic: topic, partition: end.partition)] = end.offset
            return true
        case .failure(let error):
            if error.severity == .fatal || error.isOffsetOutOfRange { throw error }
            return false
        case nil: return false
        }
    }

    private func count(_ record: borrowing Record, _ topic: Topic) {
        if topic.name == topic.owner.deadLetters { deadLetters[topic.owner.name, default: 0] += 1 }
        guard topic.cleanup == .compact, let key = record.key else { return }
        let table = tableName(topic.owner, key)
        let place = tables.firstIndex(of: table) ?? tables.count
        if place == tables.count { tables.append(table) }
        // FNV-1a: of some millions of keys two of the same hash are one in a million.
        var hash: UInt64 = 14_695_981_039_346_656_037 &+ UInt64(place) &* 64 &+ UInt64(record.partition)
        for position in key.indices { hash = (hash ^ UInt64(key[position])) &* 1_099_511_628_211 }
        if let old = rows.removeValue(forKey: hash) {
            live[tables[Int(old.table)], default: Rows()].count -= 1
            live[tables[Int(old.table)], default: Rows()].bytes -= Int(old.bytes)
        }
        guard let value = record.value else { return }
        let bytes = key.count + value.count
        rows[hash] = Row(table: UInt16(place), bytes: UInt32(bytes))
        live[table, default: Rows()].count += 1
        live[table, default: Rows()].bytes += bytes
    }

    /// The context and what stands before the key's first slash.
    private func tableName(_ context: Context, _ key: Span<UInt8>) -> String {
        var name = context.name + "/"
        for position in key.indices {
            if key[position] == UInt8(ascii: "/") { break }
            name.unicodeScalars.append(Unicode.Scalar(key[position]))
        }
        return name
    }

    /// A topic in which something is to be done still, if there is one.
    private func whatIsOpen() throws -> String? {
        for (place, next) in next {
            guard let topic = topics[place.topic], !topic.isWrittenByOutsiders else { continue }
            // Behind the last record lies the mark of its transaction.
            if (ends[place] ?? 0) <= next { return "\(topic.name) [\(place.partition)] has an open transaction" }
        }
        for worker in Contexts.types { if let open = try whatIsOpen(of: worker) { return open } }
        return nil
    }

    private func whatIsOpen(of worker: any Worker.Type) throws -> String? {
        let context = worker.context
        let inputs = Set([context.commands, context.internal] + worker.inputs.map(\.name))
        let goals = next.compactMap { place, next in
            topics[place.topic].flatMap { topic in
                inputs.contains(topic.name) ? TopicPartition(topic.name, place.partition, offset: next) : nil
            }
        }
        if goals.isEmpty { return nil }
        let committed: [Int64?]
        do throws(KafkaError) { committed = try client.admin.committed(group: context.name, goals) } catch {
            guard error.severity == .retriable else { throw error }
            return "\(error)"
        }
        for (goal, offset) in zip(goals, committed) where (offset ?? 0) < goal.offset {
            return "group \(context) is at \(offset ?? 0) of \(goal)"
        }
        return nil
    }
}
