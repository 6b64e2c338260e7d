import RealKafka
import Telemetry
import Testing

@testable import Kafka

/// Offsets, ends, topics and outages, on a real Kafka. Left out, loudly, where there is none.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct ClusterTests {
    @Test func `while a transaction holds an offset there is no answer instead of none`() throws {
        let place = try Place(partitions: 2)
        let admin = try place.admin()
        let none = try admin.committed(group: place.group, place.all(2))
        #expect(none == [nil, nil])

        let consumer = try place.consumer()
        try consumer.join()
        let producer = try place.producer()
        let topic = try producer.topic(place.topic)
        for offset in [Int64(5), 6] {
            try producer.begin()
            try producer.produce(topic, 0, "k", "v")
            try producer.sendOffsets(place.all(1, from: offset), consumer.groupMetadata())
            let error = #expect(throws: KafkaError.self) {
                _ = try admin.committed(group: place.group, place.all(2), timeout: .seconds(1))
            }
            #expect(error?.severity == .retriable && error?.isTimeout == true)
            // Another partition's offset is certain meanwhile.
            let other = try admin.committed(group: place.group, [TopicPartition(place.topic, 1)])
            #expect(other == [nil])
            try producer.commit()
            let offsets = try admin.committed(group: place.group, place.all(2))
            #expect(offsets == [offset, nil])
        }
    }

    @Test func `the watermark lies behind an open transaction where a committed reader stops`() throws {
        let place = try Place(partitions: 1)
        let producer = try place.producer()
        let topic = try producer.topic(place.topic)
        try producer.begin()
        for _ in 0..<5 { try producer.produce(topic, 0, "k", "a") }
        try producer.commit()
        try producer.begin()
        try producer.produce(topic, 0, "k", "b", tracked: true)
        try keepTrying("the record") {
            producer.serve(milliseconds: 20)
            return producer.deliveredPosition(0) != nil
        }

        let admin = try place.admin()
        let reader = try place.reader()
        let open = try reader.readAll(place.all(1))
        let mark = try admin.watermarks(place.topic, 0)
        #expect(open.ends == [6] && open.records.count == 5)
        #expect(mark.low == 0 && mark.high == 7)
        // The end comes again once there is more, past what is aborted and past the marks of transactions' ends.
        try producer.abort()
        var end: Int64 = 0
        try keepTrying("the end") {
            switch reader.next(milliseconds: 50) {
            case .record(let record): Issue.record("a record at \(record.offset)")
            case .end(let new): end = new.offset
            case .failure(let error): throw error
            case nil: break
            }
            return end > 6
        }
        let after = try admin.watermarks(place.topic, 0)
        #expect(end == after.high && end == 8)
    }

    @Test func `makes topics once and tells what they are like`() throws {
        let place = try Place(partitions: 2, config: ["cleanup.policy": "compact", "retention.ms": "12345"])
        let admin = try place.admin()
        let new = RealKafka.uniqueTopic()
        let existing = try admin.createTopics([NewTopic(place.topic, partitions: 5), NewTopic(new, partitions: 3)])
        #expect(existing == [place.topic])
        let missing = RealKafka.uniqueTopic()
        let topics = try admin.describeTopics([place.topic, new, missing])
        #expect(topics.mapValues(\.partitions) == [place.topic: 2, new: 3])
        #expect(topics[new]?.replication == 1)
        let all = try admin.describeTopics()
        #expect(all[new] != nil)
        let configs = try admin.topicConfigs([place.topic, new])
        #expect(
            configs[place.topic]?["cleanup.policy"] == "compact" && configs[place.topic]?["retention.ms"] == "12345")
        #expect(configs[new]?["cleanup.policy"] == "delete")
        let unknown = #expect(throws: KafkaError.self) { _ = try admin.topicConfigs([missing]) }
        #expect(unknown?.isUnknownTopic == true)
        let gone = try admin.deleteTopics([new, missing])
        #expect(gone == [missing])
        try keepTrying("the topic's end") { try admin.describeTopics([new]).isEmpty }
        let wrong = #expect(throws: KafkaError.self) {
            try admin.createTopics([NewTopic(missing, partitions: 1, config: ["cleanup.policy": "burn"])])
        }
        #expect(wrong?.reason.contains(missing) == true && wrong?.severity == .fatal)
        let id = try admin.clusterID()
        let same = try place.admin().clusterID()
        #expect(!id.isEmpty && id == same)
    }

    @Test func `tells who is in a group`() throws {
        let place = try Place(partitions: 2)
        let admin = try place.admin()
        func members() throws -> [Admin.Member] { try admin.groupMembers(place.group) }
        func count() throws -> Int { try admin.memberCount(of: place.group) }
        #expect(try members().isEmpty)
        #expect(try count() == 0)
        let consumer = try place.consumer(["group.instance.id": "one", "client.id": "tested"])
        try consumer.join()
        let found = try members()
        #expect(found.map(\.instance) == ["one"] && found.map(\.client) == ["tested"])
        #expect(try count() == 1)
        #expect(found.allSatisfy { $0.host.contains("127.0.0.1") })
        try consumer.close()
        // A static member counts until its session ends.
        #expect(try members().count == 1)
        try keepTrying("its session's end") { try members().isEmpty }
    }

    @Test func `a topic that is not there is said to be unknown`() throws {
        let place = try Place(partitions: 1)
        let producer = try place.producer(timeout: .seconds(5))
        let error = #expect(throws: KafkaError.self) { _ = try producer.topic(RealKafka.uniqueTopic()) }
        #expect(error?.isUnknownTopic == true)
    }

    @Test func `stays a member without partitions to read and reads them when it is told`() throws {
        let place = try Place(partitions: 2)
        for partition in Int32(0)..<2 { try place.fill(partition, 0..<10) }
        let consumer = try place.consumer(["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"])
        try consumer.join { _ in [] }
        let generation = try consumer.groupMetadata().generation
        // Two sessions.
        let later = ContinuousClock.now + .seconds(13)
        try consumer.serve(
            "two sessions",
            assign: { _ in
                Issue.record("joined again")
                return []
            },
            each: { Issue.record("a record at \($0.offset)") }, until: { .now > later })
        var seen: [Seen] = []
        try consumer.assign([TopicPartition(place.topic, 1, offset: 7)])
        try consumer.serve("some", each: { seen.append(Seen($0)) }, until: { seen.count == 3 })
        #expect(seen.map(\.offset) == [7, 8, 9] && seen.allSatisfy { $0.partition == 1 })
        try consumer.assign(place.all(2, from: 9))
        try consumer.serve("the rest", each: { seen.append(Seen($0)) }, until: { seen.count == 5 })
        let still = try consumer.groupMetadata().generation
        #expect(still == generation)
        try consumer.close()
    }

    @Test func `a topic that is created again has another id where the library tells it`() throws {
        let place = try Place(partitions: 1)
        let admin = try place.admin()
        let missing = RealKafka.uniqueTopic()
        let first = try admin.topicIDs([place.topic, missing])
        try #require(LibraryVersion.current.hasTopicIDs == !first.isEmpty)
        guard let id = first[place.topic] else { return }
        #expect(first.count == 1 && id.count == 22)
        #expect(try admin.topicIDs([place.topic]) == first)
        try admin.deleteTopics([place.topic])
        try keepTrying("a new topic") { try admin.createTopics([NewTopic(place.topic, partitions: 1)]).isEmpty }
        try keepTrying("its id") { try admin.topicIDs([place.topic])[place.topic].map { $0 != id } ?? false }
    }

    @Test func `does not pause for seconds where records are taken slower than they come`() throws {
        let place = try Place(partitions: 2)
        for partition in Int32(0)..<2 { try place.fill(partition, 0..<100_000) }
        let small = ["queued.min.messages": "10000", "fetch.message.max.bytes": "200000"]
        let reader = try Reader(place.server.merging(small) { $1 }, log: quiet, isolation: .readCommitted)
        try reader.assign(place.all(2))
        var (count, ends, pauses, last) = (0, 0, 0, ContinuousClock.now)
        try keepTrying("the ends") {
            switch reader.next(milliseconds: 50) {
            case .record:
                count += 1
                if count % 100 == 0 {
                    if count > 100, ContinuousClock.now - last > .milliseconds(800) { pauses += 1 }
                    // Slower than Kafka by far: 200,000 records take a second.
                    let next = ContinuousClock.now + .microseconds(500)
                    while .now < next {}
                    last = .now
                }
            case .end: ends += 1
            case .failure(let error): throw error
            case nil: break
            }
            return ends >= 2
        }
        #expect(count == 200_000)
        // Nine where nobody nudges; some that a busy machine makes say nothing.
        #expect(pauses < 7)
    }

    /// A transaction whose records are all there is committed, one with a record that cannot be sent can only be
    /// aborted; and nobody is there to do either.
    @Test(arguments: [true, false])
    func `the end of a transaction without a broker has no more patience than other calls`(_ isWhole: Bool) throws {
        let broker = try RealKafka.Broker()
        let place = try Place(partitions: 1, on: broker)
        // A new broker has to make a topic for transactions first.
        _ = try place.producer(["transactional.id": "\(place.id)-first"])
        let producer = try place.producer(
            ["message.timeout.ms": "2000", "transaction.timeout.ms": "3000"], timeout: .seconds(8))
        let topic = try producer.topic(place.topic)
        try producer.begin()
        try producer.produce(topic, 0, "k", "there", tracked: true)
        try keepTrying("the record") {
            producer.serve(milliseconds: 20)
            return producer.deliveredPosition(0) != nil
        }
        try broker.kill()
        if !isWhole {
            try producer.produce(topic, 0, "k", "lost")
            var failure: KafkaError?
            try keepTrying("the record's end") {
                do throws(KafkaError) { try producer.commit() } catch { failure = error }
                return failure?.severity == .abortable
            }
        }
        let error = #expect(throws: KafkaError.self) { try isWhole ? producer.commit() : producer.abort() }
        #expect(error?.severity == .retriable, "\(error.map { "\($0)" } ?? "")")
        // Whoever throws it away then has nothing to wait for either.
        try broker.restart()
    }

    @Test func `a broker that dies is said once and work continues after it`() throws {
        let broker = try RealKafka.Broker()
        let place = try Place(partitions: 1, on: broker)
        try place.fill(0, 0..<1)
        let logs = [LogLines(), LogLines()]
        let consumer = try place.consumer(log: Logger(level: .debug, sink: logs[0]))
        let producer = try place.producer(log: Logger(level: .debug, sink: logs[1]))
        let topic = try producer.topic(place.topic)
        var offsets: [Int64] = []
        try consumer.serve("a record", each: { offsets.append($0.offset) }, until: { offsets.count == 1 })
        try broker.kill()
        var failures = 0
        try consumer.serve("the outage", failure: { _ in failures += 1 }, until: { failures >= 2 })
        let admin = try place.admin()
        let away = #expect(throws: KafkaError.self) { _ = try admin.clusterID(timeout: .milliseconds(300)) }
        #expect(away?.severity == .retriable)
        let unknown = #expect(throws: KafkaError.self) {
            _ = try admin.committed(group: place.group, place.all(1), timeout: .milliseconds(300))
        }
        #expect(unknown?.severity == .retriable)

        try broker.restart()
        try producer.begin()
        try producer.produce(topic, 0, "k", "v")
        try producer.commit()
        try consumer.serve(
            "another record", assign: { $0.map { TopicPartition($0.topic, $0.partition, offset: 1) } },
            each: { offsets.append($0.offset) }, failure: { _ in }, until: { offsets.count == 2 })
        #expect(offsets == [0, 1])
        // Not more than once for each client; one that tries again late enough has nothing to say.
        // librdkafka's guess at TLS is said beside it, once too, where connections end without a word.
        let complaints = logs.map {
            $0.lines.filter { $0.level == .error }.map(\.text).filter { !$0.contains("security.protocol") }
        }
        #expect(complaints.allSatisfy { $0.count <= 1 } && !complaints.joined().isEmpty, "\(complaints)")
    }
}
