import Glibc
import Kafka
import RealKafka
import SQLite
import Telemetry
import Testing

@testable import Views

/// A view on a real Kafka: what is committed, what is not yet, and a topic that is another one.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct RealKafkaTests {
    private let directory: String
    private let topic = RealKafka.uniqueTopic("events")
    private let properties: [String: String]

    init() throws {
        directory = try Leftovers.temporaryDirectory("view")
        properties = ["bootstrap.servers": try RealKafka.shared().bootstrapServers]
        try make()
    }

    private func make() throws {
        try Admin(properties, log: quiet).createTopics([NewTopic(topic, partitions: 2)])
    }

    private func start(_ start: FollowedTopic.Start = .beginning) -> Running {
        Running(
            directory, LiveSource(), [FollowedTopic(topic, .events, from: start)], Counting.self, properties: properties
        )
    }

    /// Counts by key, whatever the topic is called.
    private final class Counting: ViewRows {
        static let version = 1
        static let tables = Toy.tables
        private let toy: Toy
        init(_ database: borrowing Database) throws { toy = try Toy(database) }
        func handler(of topic: String) -> ViewHandler { toy.handler(of: "events") }
    }

    private func send(_ keys: [String], partition: Int32 = 0) throws {
        let producer = try Producer(properties, log: quiet)
        for key in keys {
            try producer.send(topic, partition: partition, key: key.utf8.span, value: "".utf8.span)
        }
        try producer.flush(milliseconds: 30_000)
    }

    private func transaction(
        _ producer: TransactionalProducer, _ key: String
    ) throws {
        try producer.begin()
        try producer.produce(
            producer.topic(topic), 0, key: key.utf8.span, value: "".utf8.span, headers: nil, timestamp: 0,
            tracked: false)
    }

    @Test func `follows what is committed and passes marks and what was aborted`() throws {
        let producer = try TransactionalProducer(
            properties.merging(["transactional.id": RealKafka.uniqueName("producer")]) { $1 }, log: quiet)
        try transaction(producer, "committed")
        try producer.commit()
        try transaction(producer, "aborted")
        // Without it an abort right after the begin can fail.
        try eventually("its arrival") {
            producer.serve()
            return try Admin(properties, log: quiet).watermarks(topic, 0).high >= 3
        }
        try producer.abort()
        let running = start()
        try running.awaitCaughtUp()
        #expect(try running.content().counts == ["committed": 1])
        try eventually("the marks") { running.view.status.position(topic, 0) == 4 }

        try transaction(producer, "open")
        try eventually("its arrival") {
            producer.serve()
            return try Admin(properties, log: quiet).watermarks(topic, 0).high == 5
        }
        try send(["other"], partition: 1)
        try running.awaitPassed(topic, 1, 0)
        #expect(try running.content().counts == ["committed": 1, "other": 1])
        // One that begins now is caught up when the transaction has ended, and not before.
        let late = Running(
            try Leftovers.temporaryDirectory("view"), LiveSource(), [FollowedTopic(topic, .events)], Counting.self,
            properties: properties)
        try eventually("what can be read") {
            late.view.status.position(topic, 0) == 4 && late.view.status.position(topic, 1) == 1
        }
        #expect(!late.view.status.snapshot.isCaughtUp)
        try producer.commit()
        try late.awaitCaughtUp()
        #expect(try late.content().counts == ["committed": 1, "open": 1, "other": 1])
        try late.stop()
        try running.stop()
    }

    /// Writes all that a record has beside its value.
    private final class Envelopes: ViewRows {
        static let version = 1
        static let tables = Toy.tables
        private let put: Statement
        init(_ database: borrowing Database) throws { put = try database.prepare("INSERT INTO rows VALUES (?1, ?2)") }

        func handler(of topic: String) -> ViewHandler {
            { [self] record in
                var headers: [String] = []
                record.forEachHeader { name, value in headers.append("\(name)=\(Self.text(value))") }
                let key = "\(record.partition)/\(record.offset) \(record.timestamp ?? 0 > 1_700_000_000_000)"
                let value = "\(Self.text(record.header("type"))) \(headers)"
                try put.run(text: key.utf8.span, text: value.utf8.span)
            }
        }

        private static func text(_ bytes: Span<UInt8>?) -> String {
            guard let bytes else { return "-" }
            return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
    }

    @Test func `a handler sees headers time and place`() throws {
        let producer = try Producer(properties, log: quiet)
        for type in ["DrStarted", "DrEnded"] {
            let headers = Headers()
            headers.add("type", type)
            headers.add("actor", "kim")
            try producer.send(topic, partition: 1, key: "e".utf8.span, value: "".utf8.span, headers: headers)
        }
        try producer.flush(milliseconds: 30_000)
        let running = Running(
            directory, LiveSource(), [FollowedTopic(topic, .events)], Envelopes.self, properties: properties)
        try running.awaitCaughtUp()
        #expect(
            try running.content().rows == [
                "1/0 true": #"DrStarted ["type=DrStarted", "actor=kim"]"#,
                "1/1 true": #"DrEnded ["type=DrEnded", "actor=kim"]"#,
            ])
        try running.stop()
    }

    @Test func `from now is the end at the first start`() throws {
        try send(["before", "before"])
        var running = start(.now)
        try running.awaitCaughtUp()
        try running.stop()
        try send(["meanwhile"])
        running = start(.now)
        try running.awaitCaughtUp()
        #expect(try running.content().counts == ["meanwhile": 1])
        try running.stop()
    }

    @Test(arguments: [false, true]) func `a topic that is created again is another one`(_ isRunning: Bool) throws {
        try send(["old", "old", "old"])
        var running = start()
        try running.awaitCaughtUp()
        if !isRunning { try running.stop() }
        try Admin(properties, log: quiet).deleteTopics([topic])
        try eventually("the topic again") {
            do throws(KafkaError) {
                try Admin(properties, log: quiet).createTopics([NewTopic(topic, partitions: 2)])
                return true
            } catch { return false }
        }
        // As many, so that only the records tell.
        try send(isRunning ? ["new"] : ["new", "new", "new"])
        if !isRunning { running = start() }
        try running.awaitCaughtUp(rebuilds: 1)
        try eventually("the new topic's") { try running.content().counts == ["new": isRunning ? 1 : 3] }
        try running.stop()
    }
}
