import Contracts
import Foundation
import Kafka
import RealKafka
import Telemetry
import Testing

@testable import Daemon

/// What becomes of records, good and bad, on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct RecordTests {
    @Test func `each record has its events and its row and its offset`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("happy")) }
        let world = try World(Here.self)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("running")
        try world.add(0..<3000)
        try world.awaitAdded(0..<3000)
        try daemon.stop()
        #expect(try world.sums() == World.expectedSums(0..<3000))
        let ends = try (0..<World.partitions).map { try world.admin().watermarks(world.context.commands, $0).high }
        // A partition that nothing ever came to has no offset.
        #expect(try world.committed().map { $0 ?? 0 } == ends)
        // Everything that happens again has the same id.
        let ids = try world.events().compactMap { $0.headers["id"] }
        #expect(Set(ids).count == 3000)
        #expect(try world.events().allSatisfy { $0.headers["type"] == "Added" })
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var name: String
        var value: [UInt8]?
        var kind: String
        var reason: String
        var testDescription: String { name }

        init(_ name: String, _ value: [UInt8]?, _ kind: String, _ reason: String) {
            (self.name, self.value, self.kind, self.reason) = (name, value, kind, reason)
        }

        init(_ value: String, _ kind: String, _ reason: String) { self.init(value, Array(value.utf8), kind, reason) }
    }

    static let wrong = [
        Wrong("hello", "malformed", "JSON"), Wrong("[1]", "malformed", "object"), Wrong("", "malformed", "JSON"),
        Wrong("a null value", nil, "malformed", "no value"),
        Wrong(#"{"user":"u"}"#, "malformed", "eventType"),
        Wrong(#"{"eventType":"Subtract"}"#, "unknown-type", "Subtract"),
        Wrong(#"{"eventType":"Add","id":"1","amount":1}"#, "malformed", "user"),
        Wrong(#"{"eventType":"Add","id":"1","user":{},"amount":1}"#, "malformed", "user"),
        Wrong(#"{"eventType":"Add","id":"1","user":"u","amount":"x"}"#, "malformed", "amount"),
        Wrong(#"{"eventType":"Add","id":"1","user":"u","amount":1e300}"#, "malformed", "amount"),
        Wrong(#"{"eventType":"Add","id":"1","user":"u","amount":-1000000000001}"#, "malformed", "amount"),
        Wrong(#"{"eventType":"Add","id":"1","user":"u","amount":-13}"#, "refused", "amount -13 is not wanted of u"),
        Wrong("invalid UTF-8", Array(#"{"eventType":"Add","user":""#.utf8) + [0xFF, 0x22, 0x7D], "malformed", "UTF-8"),
        Wrong("a value of 1 MB", Array(repeating: 0x20, count: 1_000_000), "malformed", "has 1000000 bytes"),
        Wrong(#"{"eventType":"Swell","user":"u","bytes":2000000}"#, "refused", "larger than 900000 bytes"),
    ]

    @Test func `wrong records become dead letters unchanged and stop nothing`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("wrong")) }
        let world = try World(Here.self)
        let home = Partitioner.partition(of: "u", among: World.partitions)
        let producer = try Producer(world.properties.merging(["message.max.bytes": "2000000"]) { $1 }, log: quiet)
        for wrong in Self.wrong {
            let headers = Headers()
            headers.add("mine", "kept")
            headers.add(DeadLetterHeader.reason, "an older one")
            if let value = wrong.value {
                try producer.send(
                    world.context.commands, partition: home, key: "k".utf8.span, value: value.span, headers: headers)
            } else {
                try producer.send(
                    world.context.commands, partition: home, key: "k".utf8.span, value: nil, headers: headers)
            }
        }
        try producer.flush(milliseconds: 120_000)
        try world.send([("u", World.add(0, user: "u", amount: 7))])
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<1)
        let letters = try world.deadLetters()
        #expect(letters.count == Self.wrong.count)
        for (index, (letter, wrong)) in zip(letters, Self.wrong).enumerated() {
            #expect(letter.value == wrong.value, "\(wrong.name)")
            #expect(letter.key == "k" && letter.headers["mine"] == "kept")
            #expect(letter.headers["deadletter.kind"] == wrong.kind, "\(wrong.name)")
            #expect(letter.headers["deadletter.reason"]?.contains(wrong.reason) == true, "\(letter.headers)")
            #expect(letter.headers["deadletter.source"] == "\(world.context.commands)-\(home)-\(index)")
        }
        try daemon.stop()
        #expect(daemon.lettersInLog == Self.wrong.count, "\(daemon.lines)")
        #expect(try world.sums() == ["u": 7])
    }

    /// Compressed, it got through a gate that it does not pass again.
    @Test func `a record that is too large even for the dead letters leaves its beginning`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("huge")) }
        let world = try World(Here.self)
        let value = [UInt8](repeating: 0x61, count: 8_000_000)
        let producer = try Producer(
            world.properties.merging(["message.max.bytes": "9000000", "compression.codec": "gzip"]) { $1 }, log: quiet)
        try producer.send(world.context.commands, partition: 1, key: "k".utf8.span, value: value.span)
        try producer.flush(milliseconds: 120_000)
        try world.add(0..<20)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<20)
        let letter = try #require(try world.deadLetters().first)
        #expect(letter.key == "k" && letter.headers["deadletter.cut"]?.contains("value of 8000000 bytes") == true)
        #expect(letter.value?.isEmpty == false)
        #expect(try world.deadLetters().count == 1)
        try daemon.stop()
    }

    @Test func `a stray that is too large to be sent on is a dead letter and stops nothing`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("bulky")) }
        let world = try World(Here.self)
        let producer = try Producer(
            world.properties.merging(["message.max.bytes": "9000000", "compression.codec": "gzip"]) { $1 }, log: quiet)
        let headers = Headers()
        headers.add("bulk", String(repeating: "x", count: 1_500_000))
        let elsewhere = (Partitioner.partition(of: "u0", among: World.partitions) + 1) % World.partitions
        try producer.send(
            world.context.commands, partition: elsewhere, key: "u0".utf8.span,
            value: World.add(1000, user: "u0", amount: 1).utf8.span, headers: headers)
        try producer.flush(milliseconds: 120_000)
        try world.add(0..<20)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<20)
        try eventually("the letter") { try world.deadLetters().count == 1 }
        let letter = try #require(try world.deadLetters().first)
        #expect(letter.headers["deadletter.kind"] == "refused" && letter.headers["bulk"] == nil)
        #expect(letter.headers["deadletter.cut"] == "1 more headers", "it lies at its source still")
        try daemon.stop()
    }

    /// The clock that a record's time is held against was read before the daemon waited for it.
    @Test func `what comes to an idle daemon counts from when Kafka got it`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("idle")) }
        let world = try World(Here.self)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("running")
        for id in 0..<10 {
            try world.add(id..<id + 1)
            try world.awaitAdded(0..<id + 1)
        }
        let times = try world.read(world.context.commands).compactMap(\.timestamp)
        let said = try world.events().compactMap { ($0.json["timestamp"] as? NSNumber)?.int64Value }
        #expect(said.sorted() == times.sorted())
        try daemon.stop()
    }

    /// Waiting is for the first record of a transaction. Who waited 100 ms behind the last one too would never be
    /// faster than that.
    @Test func `one command after the other is answered at once`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("prompt")) }
        let world = try World(Here.self)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("running")
        let producer = try Producer(world.properties.merging(["linger.ms": "0"]) { $1 }, log: quiet)
        let reader = try Reader(world.properties, log: quiet, isolation: .readCommitted)
        let home = Partitioner.partition(of: "u", among: World.partitions)
        try reader.assign([TopicPartition(world.context.events, home, offset: TopicPartition.beginning)])
        /// The shortest of many says what it can do, however busy the machine is.
        func shortest(_ ask: (Int) throws -> Void) throws -> Duration {
            var shortest = Duration.seconds(60)
            for id in 0..<30 {
                let began = ContinuousClock.now
                try ask(id)
                var isAnswered = false
                try eventually("an event") {
                    while let event = reader.next(milliseconds: 1) { if case .record = event { isAnswered = true } }
                    return isAnswered
                }
                shortest = min(shortest, .now - began)
            }
            return shortest
        }
        let answered = try shortest { id in
            try producer.send(
                world.context.commands, key: "u".utf8.span, value: World.add(id, user: "u", amount: 1).utf8.span)
        }
        try daemon.stop()
        // Beside what a transaction takes here.
        let writer = try TransactionalProducer(
            world.properties.merging(["transactional.id": "\(world.context.name)-bare", "linger.ms": "0"]) { $1 },
            log: quiet)
        let topic = try writer.topic(world.context.events)
        let bare = try shortest { _ in
            try writer.begin()
            try writer.produce(topic, home, key: "u".utf8.span, value: "bare".utf8.span)
            try writer.commit()
        }
        #expect(answered < .milliseconds(90) + bare * 5)
    }

    @Test func `records of other partitioners and without keys reach their home`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("stray")) }
        let world = try World(Here.self)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.send(
            (0..<50).map { ("u\($0 % 10)", World.add($0, user: "u\($0 % 10)", amount: $0)) }, ["partitioner": "murmur2"]
        )
        try world.send((50..<100).map { (nil, World.add($0, user: "u\($0 % 10)", amount: $0)) })
        // As kcat would: the key's home, and a number for an id.
        try world.send([("u0", #"{"eventType":"Add","id":100,"user":"u0","amount":100}"#)])
        try world.awaitAdded(0..<101)
        // More where a transaction was rolled back, and its records were handled once more.
        let metrics = try daemon.get("/metrics").body
        let done = metrics.firstMatch(of: /negawatt_records_processed_total\{outcome="done"\} (\d+)/)
        #expect(done.flatMap { Int($0.1) } ?? 0 >= 101)
        try daemon.stop()
        #expect(try world.sums() == World.expectedSums(0..<101))
        for event in try world.events() {
            #expect(event.partition == Partitioner.partition(of: event.key ?? "", among: World.partitions))
        }
    }

    @Test func `a record without an event type goes by its header`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("header")) }
        let world = try World(Here.self)
        let producer = try Producer(world.properties, log: quiet)
        let headers = Headers()
        headers.add("type", "Add")
        try producer.send(
            world.context.commands, key: "u".utf8.span, value: #"{"id":"0","user":"u","amount":5}"#.utf8.span,
            headers: headers)
        try producer.flush(milliseconds: 120_000)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<1)
        try daemon.stop()
    }

    @Test func `timers fire once also after a restart from nothing`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("timers")) }
        let world = try World(Here.self)
        var daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.send((0..<8).map { ("u\($0)", #"{"eventType":"Later","user":"u\#($0)","wait":3000}"#) })
        try eventually("timers set") {
            try daemon.get("/metrics").body.contains(#"negawatt_records_processed_total{outcome="done"} 8"#)
        }
        try daemon.stop()
        let directory = try Leftovers.temporaryDirectory("empty")
        daemon = Running(Here.self, on: world.bootstrapServers, directory: directory)
        try eventually("timers") { try world.events().count >= 8 }
        try daemon.stop()
        #expect(try Set(world.events().compactMap(\.key)).count == 8)
        #expect(try world.events().count == 8)
    }
}
