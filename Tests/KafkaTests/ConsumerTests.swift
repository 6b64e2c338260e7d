import Telemetry
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(30))) struct ConsumerTests {
    private func properties(_ broker: borrowing EmbeddedBroker) -> [String: String] {
        ["bootstrap.servers": broker.bootstrapServers, "group.id": "g"]
    }

    private func fill(_ broker: borrowing EmbeddedBroker, _ topic: String, _ values: Range<Int>) throws {
        let producer = try Producer(["bootstrap.servers": broker.bootstrapServers], log: quiet)
        for value in values { try producer.send(topic, partition: 0, key: nil, value: "\(value)".utf8.span) }
        try producer.flush(milliseconds: 120_000)
    }

    @Test func `reads back records in their order and tells a tombstone from an empty value`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let producer = try TransactionalProducer(
            ["bootstrap.servers": broker.bootstrapServers, "transactional.id": "x"], log: quiet)
        let topic = try producer.topic("t")
        #expect(topic.partitions == 1)
        try producer.begin()
        try producer.produce(topic, 0, key: "k".utf8.span, value: "value".utf8.span)
        try producer.produce(topic, 0, key: "k".utf8.span, value: "".utf8.span)
        try producer.produce(topic, 0, key: "k".utf8.span, value: nil)
        try producer.produce(topic, 0, key: nil, value: "1".utf8.span)
        try producer.commit()

        var seen: [String] = []
        let consumer = try Consumer(properties(broker), topics: ["t"], log: quiet)
        while !consumer.isClosed {
            switch consumer.next(milliseconds: 100) {
            case .record(let record):
                let (topic, id, known) = (record.topic, record.topicID, consumer.topicID("t"))
                #expect(topic == "t" && id == known)
                seen.append("\(record.offset) \(record.key?.count ?? -1) \(record.value?.count ?? -1)")
                if seen.count == 5 { try consumer.beginClosing() }
            case .assigned(let partitions):
                seen.append("assigned \(partitions.map(\.partition))")
                try consumer.assign(partitions.map(\.fromBeginning))
                let member = try consumer.groupMetadata()
                let (generation, id) = (member.generation, member.memberID)
                #expect(generation > 0 && !id.isEmpty)
            case .revoked(let partitions):
                seen.append("revoked \(partitions.map(\.partition))")
                try consumer.unassign()
            case .failure(let error): Issue.record(error)
            case nil: break
            }
        }
        #expect(seen == ["assigned [0]", "0 1 5", "1 1 0", "2 1 -1", "3 -1 1", "revoked [0]"])
    }

    @Test func `tells topics apart by their ids however often they are assigned`() throws {
        let broker = try EmbeddedBroker()
        for topic in ["a", "b"] { try fill(broker, topic, 0..<1) }
        let consumer = try Consumer(properties(broker), topics: ["a", "b"], log: quiet)
        let ids = [consumer.topicID("a"), consumer.topicID("b"), consumer.topicID("c")]
        #expect(ids[0] != ids[1] && ids[2] == nil)
        var (seen, rounds): ([String], Int) = ([], 0)
        let all = ["a", "b"].map { TopicPartition($0, 0, offset: 0) }
        try consumer.serve(
            "three rounds", assign: { _ in all },
            each: { record in
                let (topic, id) = (record.topic, record.topicID)
                #expect(id == ids[topic == "a" ? 0 : 1])
                seen.append(topic)
                if seen.count % 2 == 0 {
                    rounds += 1
                    try consumer.assign([])
                    try consumer.assign(all)
                }
            }, until: { rounds == 3 })
        #expect(Set(seen) == ["a", "b"])
    }

    @Test func `goes where it is assigned and never back to what was fetched before`() throws {
        let broker = try EmbeddedBroker()
        try fill(broker, "t", 0..<2000)
        let consumer = try Consumer(properties(broker), topics: ["t"], log: quiet)
        var (expected, seen): (Int64, Int) = (0, 0)
        try consumer.serve(
            "a long walk", assign: { _ in [TopicPartition("t", 0, offset: 0)] },
            each: { record in
                let offset = record.offset
                #expect(offset == expected)
                expected = offset + 1
                seen += 1
                // By now the queue is full of what comes next: none of that may come.
                if seen % 50 == 0 {
                    expected = Int64(seen * 37 % 1900)
                    try consumer.assign([TopicPartition("t", 0, offset: expected)])
                }
            }, until: { seen >= 2000 })
    }

    @Test func `stays in the group with an empty assignment`() throws {
        let broker = try EmbeddedBroker()
        try fill(broker, "t", 0..<3)
        let consumer = try Consumer(properties(broker), topics: ["t"], log: quiet)
        var isAssigned = false
        try consumer.serve(
            "the group",
            assign: { _ in
                isAssigned = true
                return []
            }, until: { isAssigned })
        let generation = try consumer.groupMetadata().generation
        let later = ContinuousClock.now + .seconds(2)
        try consumer.serve(
            "two seconds",
            assign: { _ in
                Issue.record("joined again")
                return []
            },
            each: { Issue.record("a record at \($0.offset)") }, until: { .now > later })
        let stillTheSame = try consumer.groupMetadata().generation
        #expect(stillTheSame == generation)
        var offsets: [Int64] = []
        try consumer.assign([TopicPartition("t", 0, offset: 1)])
        try consumer.serve("the rest", each: { offsets.append($0.offset) }, until: { offsets.count == 2 })
        #expect(offsets == [1, 2])
    }

    @Test func `knows the watermarks of what it fetches without asking`() throws {
        let broker = try EmbeddedBroker()
        try fill(broker, "t", 0..<7)
        let consumer = try Consumer(properties(broker), topics: ["t"], log: quiet)
        let unknown = consumer.cachedWatermarks("t", 0)
        #expect(unknown == nil)
        var count = 0
        try consumer.serve("the records", each: { _ in count += 1 }, until: { count == 7 })
        let watermarks = consumer.cachedWatermarks("t", 0)
        #expect(watermarks?.low == 0 && watermarks?.high == 7)
    }

    @Test func `says that there is no offset instead of beginning somewhere`() throws {
        let broker = try EmbeddedBroker()
        try fill(broker, "t", 0..<3)
        let consumer = try Consumer(properties(broker), topics: ["t"], log: quiet)
        var failure: KafkaError?
        try consumer.serve(
            "the complaint", assign: { _ in [TopicPartition("t", 0)] },
            each: { Issue.record("read offset \($0.offset)") }, failure: { failure = $0 }, until: { failure != nil })
        #expect(failure?.isOffsetOutOfRange == true && failure?.severity == .retriable)
        #expect(failure?.reason.contains("t [0]") == true)
    }

    @Test func `refuses group metadata of no generation`() throws {
        let broker = try EmbeddedBroker()
        let consumer = try Consumer(properties(broker), topics: ["t"], log: quiet)
        let error = #expect(throws: KafkaError.self) { _ = try consumer.groupMetadata() }
        #expect(error?.severity == .abortable && error?.isMembership == true)
    }

    @Test func `tells of an outage and continues after it`() throws {
        let broker = try EmbeddedBroker()
        try fill(broker, "t", 0..<1)
        let lines = LogLines()
        let consumer = try Consumer(properties(broker), topics: ["t"], log: Logger(level: .debug, sink: lines))
        var (offsets, failures): ([Int64], [KafkaError]) = ([], [])
        try consumer.serve("a record", each: { offsets.append($0.offset) }, until: { offsets.count == 1 })
        try broker.setReachable(false)
        // A connection that ends is told as well; the outage is that no other can be made.
        func loud() -> Int { lines.lines.count { $0.text.contains("from=FAIL") && $0.level > .debug } }
        try consumer.serve(
            "the outage", failure: { failures.append($0) }, until: { failures.count >= 3 && loud() > 0 })
        #expect(failures.allSatisfy { $0.severity == .retriable })
        let fatal = consumer.lastFatalError
        #expect(fatal == nil)
        try broker.setReachable(true)
        try fill(broker, "t", 1..<2)
        try consumer.serve(
            "another record", each: { offsets.append($0.offset) }, failure: { _ in }, until: { offsets.count == 2 })
        #expect(offsets == [0, 1])
        #expect(lines.lines.count { $0.text.contains("from=FAIL") } >= 2)
        #expect(loud() == 1)
    }
}
