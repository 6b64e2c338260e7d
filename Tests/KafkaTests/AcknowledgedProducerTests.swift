import Dispatch
import Glibc
import RealKafka
import Synchronization
import Testing

@testable import Kafka

/// What became of each record, by its token.
private final class Answers: Sendable {
    private let kept = Mutex<[UInt64: [Acknowledgement]]>([:])

    func take(_ token: UInt64, _ answer: Acknowledgement) { kept.withLock { $0[token, default: []].append(answer) } }

    var count: Int { kept.withLock { $0.values.reduce(0) { $0 + $1.count } } }
    /// Those of one record: never more than one.
    subscript(token: UInt64) -> [Acknowledgement] { kept.withLock { $0[token] ?? [] } }
    var tokens: Set<UInt64> { kept.withLock { Set($0.keys) } }

    func isWritten(_ token: UInt64) -> Bool { if case .written = self[token].first { true } else { false } }
    func isNotWritten(_ token: UInt64) -> Bool { if case .notWritten = self[token].first { true } else { false } }
    func isUnknown(_ token: UInt64) -> Bool { if case .unknown = self[token].first { true } else { false } }
}

extension AcknowledgedProducer {
    fileprivate func send(_ topic: String, _ value: String, _ token: UInt64) throws(KafkaError) {
        let headers = Headers(capacity: 1)
        headers.add("command", "c-\(token)")
        try send(topic, key: "k".utf8.span, value: value.utf8.span, headers: headers, token: token)
    }
}

@Suite(.timeLimit(.minutes(30))) struct AcknowledgedProducerTests {
    private let answers = Answers()

    private func producer(_ server: String, _ more: [String: String] = [:]) throws(KafkaError) -> AcknowledgedProducer {
        try AcknowledgedProducer(
            ["bootstrap.servers": server].merging(more) { $1 }, topics: ["t"], log: quiet, acknowledge: answers.take)
    }

    private func awaitAnswers(_ count: Int) throws { try keepTrying("\(count) answers") { answers.count >= count } }

    @Test func `each record is acknowledged once, with its place`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let producer = try producer(broker.bootstrapServers)
        for token in UInt64(0)..<200 { try producer.send("t", "\(token)", token) }
        try awaitAnswers(200)
        for token in UInt64(0)..<200 {
            guard answers[token].count == 1, case .written(0, let offset) = answers[token][0] else {
                Issue.record("\(token): \(answers[token])")
                continue
            }
            #expect(offset == Int64(token))
        }
        #expect(producer.pending == 0)
        producer.close(within: Patience.usual)
        #expect(answers.count == 200)
        let reader = try Reader(
            ["bootstrap.servers": broker.bootstrapServers], log: quiet, isolation: .readCommitted)
        let all = try reader.readAll([TopicPartition("t", 0, offset: 0)])
        #expect(all.records.map(\.value) == (0..<200).map { "\($0)" })
    }

    @Test func `what has never left the process is certainly not written`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let producer = try producer(broker.bootstrapServers, ["message.timeout.ms": "600000"])
        try producer.send("t", "first", 1)
        try awaitAnswers(1)
        try broker.setReachable(false)
        for token in UInt64(2)...4 { try producer.send("t", "more", token) }
        // The first one's acknowledgement counts until its callback has returned.
        try keepTrying("the first to be done with") { producer.pending == 3 }
        producer.purge(.queue)
        // One may have been on its way when the broker went: that is none of the queue's, and nobody can say.
        producer.purge(.all)
        try awaitAnswers(4)
        #expect((2...4).allSatisfy { answers.isNotWritten($0) || answers.isUnknown($0) })
        #expect(answers.isNotWritten(4))
        // It continues where there is a broker again.
        try broker.setReachable(true)
        try producer.send("t", "later", 5)
        try awaitAnswers(5)
        #expect(answers.isWritten(5))
        producer.close(within: .zero)
        #expect(answers.count == 5)
    }

    @Test func `without a broker a record is given up after its time, and was never sent`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        try broker.setReachable(false)
        let producer = try producer(broker.bootstrapServers, ["message.timeout.ms": "500"])
        try producer.send("t", "v", 7)
        try awaitAnswers(1)
        guard case .notWritten(let error)? = answers[7].first else {
            Issue.record("\(answers[7])")
            return
        }
        #expect(error.isTimeout)
        producer.close(within: .zero)
    }

    @Test func `the queue is bounded, and a full one says so at once`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        try broker.setReachable(false)
        let producer = try producer(broker.bootstrapServers, ["queue.buffering.max.messages": "10"])
        for token in UInt64(1)...10 { try producer.send("t", "v", token) }
        let error = #expect(throws: KafkaError.self) { try producer.send("t", "v", 11) }
        #expect(error?.isQueueFull == true && error?.severity == .retriable)
        let large = #expect(throws: KafkaError.self) {
            try producer.send("t", String(repeating: "x", count: 2_000_000), 12)
        }
        #expect(large?.isTooLarge == true)
        producer.close(within: .zero)
        // Those that were not taken have no acknowledgement; all others have theirs by the end.
        #expect(answers.tokens == Set(1...10) && answers.count == 10)
        #expect((1...10).allSatisfy { answers.isNotWritten($0) })
        let closed = #expect(throws: KafkaError.self) { try producer.send("t", "v", 13) }
        #expect(closed?.severity == .fatal)
        producer.close(within: .zero)
    }

    /// NOT_ENOUGH_REPLICAS_AFTER_APPEND: it is there, and might be lost. A request that timed out says as little.
    @Test(arguments: [20, 7] as [Int32]) func `what a broker leaves open is unknown when its time is up`(
        code: Int32
    ) throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let producer = try producer(broker.bootstrapServers, ["message.timeout.ms": "1500"])
        try producer.send("t", "first", 1)
        try awaitAnswers(1)
        // For as many attempts as there is time.
        broker.fail(request: 0, with: Array(repeating: code, count: 10_000))
        try producer.send("t", "v", 2)
        try awaitAnswers(2)
        #expect(answers.isUnknown(2), "\(answers[2])")
        producer.close(within: .zero)
    }

    @Test func `a broker's refusal is certain`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let producer = try producer(broker.bootstrapServers)
        // TOPIC_AUTHORIZATION_FAILED
        broker.fail(request: 0, with: [29])
        try producer.send("t", "v", 1)
        try awaitAnswers(1)
        guard case .notWritten(let error)? = answers[1].first else {
            Issue.record("\(answers[1])")
            return
        }
        #expect(error.isMissingRight)
        producer.close(within: .zero)
    }

    @Test func `settings that it relies on cannot be changed`() throws {
        for (name, value) in [("acks", "1"), ("enable.idempotence", "false")] {
            #expect(throws: KafkaError.self) { try producer("127.0.0.1:1", [name: value]) }
        }
    }

    @Test func `any thread may send`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 4)
        let producer = try producer(broker.bootstrapServers)
        DispatchQueue.concurrentPerform(iterations: 4) { number in
            for index in 0..<250 { try? producer.send("t", "v", UInt64(number * 250 + index)) }
        }
        producer.close(within: Patience.usual)
        #expect(answers.tokens == Set(0..<1000) && answers.count == 1000)
        #expect((0..<1000).allSatisfy(answers.isWritten))
    }
}

/// The same on a real Kafka, whose broker can be stopped in the middle of a request.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct AcknowledgedProducerClusterTests {
    private let answers = Answers()

    private func awaitAnswers(_ count: Int) throws { try keepTrying("\(count) answers") { answers.count >= count } }

    @Test func `what a frozen broker was sent is unknown, and what lay behind it is certain`() throws {
        let broker = try RealKafka.Broker()
        let place = try Place(partitions: 1, on: broker)
        let one = ["max.in.flight": "1", "batch.num.messages": "1", "linger.ms": "0", "message.timeout.ms": "600000"]
        let producer = try AcknowledgedProducer(
            place.server.merging(one) { $1 }, topics: [place.topic], log: quiet, acknowledge: answers.take)
        try producer.send(place.topic, "first", 1)
        try awaitAnswers(1)
        guard case .written(0, 0)? = answers[1].first else {
            Issue.record("\(answers[1])")
            return
        }
        try broker.freeze()
        // Nobody says when a record is on its way. It is when the one behind it alone is found in the queue.
        var token: UInt64 = 2
        try keepTrying("a record in flight") {
            token += 2
            try producer.send(place.topic, "in flight", token)
            usleep(20_000)
            try producer.send(place.topic, "queued", token + 1)
            producer.purge(.queue)
            try keepTrying("the queued one") { !answers[token + 1].isEmpty }
            return answers[token].isEmpty
        }
        #expect(answers.tokens.subtracting([1]).allSatisfy(answers.isNotWritten))
        #expect(producer.pending == 1)
        producer.purge(.all)
        try keepTrying("the one in flight") { !answers[token].isEmpty }
        #expect(answers.isUnknown(token))
        try broker.thaw()
        // It continues, and Kafka has the one that nobody knew of.
        try producer.send(place.topic, "last", 1_000_000)
        try keepTrying("the last one") { !answers[1_000_000].isEmpty }
        #expect(answers.isWritten(1_000_000))
        producer.close(within: Patience.usual)
        let all = try place.reader().readAll(place.all(1))
        #expect(all.records.map(\.value) == ["first", "in flight", "last"])
    }

    @Test func `a broker that comes back takes what waited for it, once`() throws {
        let broker = try RealKafka.Broker()
        let place = try Place(partitions: 1, on: broker)
        let producer = try AcknowledgedProducer(
            place.server.merging(["message.timeout.ms": "600000"]) { $1 }, topics: [place.topic], log: quiet,
            acknowledge: answers.take)
        for token in UInt64(0)..<50 { try producer.send(place.topic, "\(token)", token) }
        try broker.kill()
        for token in UInt64(50)..<100 { try producer.send(place.topic, "\(token)", token) }
        try broker.restart()
        try awaitAnswers(100)
        #expect((0..<100).allSatisfy(answers.isWritten))
        producer.close(within: Patience.usual)
        let all = try place.reader().readAll(place.all(1))
        #expect(all.records.map(\.value) == (0..<100).map { "\($0)" })
    }
}
