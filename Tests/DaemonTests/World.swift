import Contracts
import Foundation
import Kafka
import RealKafka
import SQLite
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// A place's topics on a Kafka, seen from outside.
struct World {
    static let partitions: Int32 = 4

    let context: Context
    let bootstrapServers: String
    let directory: String

    /// Makes the topics on the broker that all tests share.
    init<Here: Place>(_ place: Here.Type, on broker: RealKafka.Broker? = nil) throws {
        try self.init(place, at: (broker ?? RealKafka.shared()).bootstrapServers)
        try createTopics()
    }

    /// On any Kafka; the topics are the caller's.
    init<Here: Place>(_ place: Here.Type, at bootstrapServers: String) throws {
        context = Here.context
        self.bootstrapServers = bootstrapServers
        directory = try Leftovers.temporaryDirectory("state")
    }

    var topics: [NewTopic] {
        [context.commands, context.internal, context.events].map { NewTopic($0, partitions: Self.partitions) } + [
            NewTopic(context.changelog, partitions: Self.partitions, config: ["cleanup.policy": "compact"]),
            NewTopic(context.deadLetters, partitions: Self.partitions, config: ["max.message.bytes": "2097152"]),
        ]
    }

    func createTopics() throws { try admin().createTopics(topics) }

    var properties: [String: String] { ["bootstrap.servers": bootstrapServers] }
    func admin() throws(KafkaError) -> Admin { try Admin(properties, log: quiet) }

    /// Sends to the commands, each to where its key belongs.
    func send(_ records: [(key: String?, value: String)], _ more: [String: String] = [:]) throws {
        let producer = try Producer(properties.merging(more) { $1 }, log: quiet)
        for record in records {
            if let key = record.key {
                try producer.send(context.commands, key: key.utf8.span, value: record.value.utf8.span)
            } else {
                try producer.send(context.commands, key: nil, value: record.value.utf8.span)
            }
        }
        try producer.flush(milliseconds: 120_000)
    }

    func add(_ ids: Range<Int>, users: Int = 10) throws {
        try send(ids.map { id in ("u\(id % users)", Self.add(id, user: "u\(id % users)", amount: id)) })
    }

    static func add(_ id: Int, user: String, amount: Int) -> String {
        #"{"eventType":"Add","id":"\#(id)","user":"\#(user)","amount":\#(amount)}"#
    }

    /// What is committed in a topic, partition by partition.
    func read(_ topic: String, _ isolation: Reader.Isolation = .readCommitted) throws -> [Seen] {
        let reader = try Reader(properties, log: quiet, isolation: isolation)
        try reader.assign((0..<Self.partitions).map { TopicPartition(topic, $0, offset: TopicPartition.beginning) })
        var (seen, ends): ([Seen], Set<Int32>) = ([], [])
        try eventually("the ends of \(topic)") {
            while let event = reader.next(milliseconds: 20) {
                switch event {
                case .record(let record): seen.append(Seen(record))
                case .end(let end): ends.insert(end.partition)
                case .failure(let error): throw error
                }
            }
            return ends.count == Int(Self.partitions)
        }
        return seen
    }

    func events() throws -> [Seen] { try read(context.events) }
    func deadLetters() throws -> [Seen] { try read(context.deadLetters) }

    /// The ids of the `Added` events, sorted: each input has exactly one if they are the inputs'.
    func addedIDs() throws -> [Int] {
        try events().compactMap { $0.json["id"] as? String }.compactMap { Int($0) }.sorted()
    }

    func awaitAdded(_ ids: Range<Int>, within time: Duration = Patience.usual) throws {
        try eventually("events of \(ids)", within: time) { try addedIDs().count >= ids.count }
        #expect(try addedIDs() == Array(ids))
    }

    /// The files' rows, once the daemon has ended.
    func sums() throws -> [String: Int] {
        var sums: [String: Int] = [:]
        for partition in 0..<Self.partitions {
            let path = "\(directory)/\(context.name)/\(partition).sqlite"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            try Database(path, mode: .readOnly).prepare("SELECT key, value->>'amount' FROM sums").forEachRow { row in
                sums[String(copying: row.text(0))] = Int(row.integer(1))
                return true
            }
        }
        return sums
    }

    static func expectedSums(_ ids: Range<Int>, users: Int = 10) -> [String: Int] {
        ids.reduce(into: [:]) { $0["u\($1 % users)", default: 0] += $1 }
    }

    /// The group's offsets in the commands.
    func committed() throws -> [Int64?] {
        try admin().committed(
            group: context.name, (0..<Self.partitions).map { TopicPartition(context.commands, $0) })
    }
}

/// For what is not about the log.
let quiet = Logger(level: .error, sink: MemoryLog())

/// A record that has outlived its client.
struct Seen {
    var topic: String
    var partition: Int32
    var offset: Int64
    var key: String?
    var value: [UInt8]?
    var headers: [String: String] = [:]
    var timestamp: Int64?

    init(_ record: borrowing Record) {
        topic = record.topic
        (partition, offset, timestamp) = (record.partition, record.offset, record.timestamp)
        if record.key != nil { key = String(copying: record.key) }
        if let value = record.value { self.value = value.indices.map { value[$0] } }
        var headers: [String: String] = [:]
        record.forEachHeader { headers[$0] = String(copying: $1) }
        self.headers = headers
    }

    var text: String { String(decoding: value ?? [], as: UTF8.self) }
    var json: [String: Any] {
        ((try? JSONSerialization.jsonObject(with: Data(value ?? []))) as? [String: Any]) ?? [:]
    }
}
