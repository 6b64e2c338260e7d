import RealKafka
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(30))) struct ReaderTests {
    /// Fifty records in each of the first two of three partitions.
    private func fill(_ broker: borrowing EmbeddedBroker) throws -> (Reader, Producer) {
        try broker.createTopic("t", partitions: 3)
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let producer = try Producer(server, log: quiet)
        for index in 0..<100 {
            try producer.send("t", partition: Int32(index % 2), key: nil, value: "\(index)".utf8.span)
        }
        try producer.flush(milliseconds: 120_000)
        return (try Reader(server, log: quiet, isolation: .readCommitted), producer)
    }

    @Test func `tells where each partition ends and then reads on`() throws {
        let broker = try EmbeddedBroker()
        let (reader, producer) = try fill(broker)
        let all = try reader.readAll((0..<3).map { TopicPartition("t", $0, offset: $0 == 1 ? 48 : 0) })
        #expect(all.ends == [50, 50, 0])
        #expect(all.records.filter { $0.partition == 1 }.map(\.value) == ["97", "99"])
        #expect(all.records.count == 52)

        try producer.send("t", partition: 2, key: nil, value: "new".utf8.span)
        try producer.flush(milliseconds: 120_000)
        var next: [String] = []
        try keepTrying("the new end") {
            switch reader.next(milliseconds: 100) {
            case .record(let record): next.append(Seen(record).description)
            case .end(let end): next.append(end.description)
            case .failure(let error): throw error
            case nil: break
            }
            return next.count == 2
        }
        #expect(next == ["[2] 0 - new", "t [2] at 1"])
    }

    @Test func `partitions are read to their ends, or up to given ones, and no further`() throws {
        let broker = try EmbeddedBroker()
        let (reader, _) = try fill(broker)
        let all = (0..<3).map { TopicPartition("t", $0, offset: $0 == 1 ? 48 : 0) }
        var seen: [[String?]] = [[], [], []]
        let ends = try reader.readToEnds(of: all, quiet: Patience.usual) {
            seen[Int($0.partition)].append(text($0.value))
        }
        #expect(ends == [50, 50, 0])
        #expect(seen[1] == ["97", "99"] && seen[0].count == 50 && seen[2].isEmpty)

        seen = [[], [], []]
        let given = try reader.readToEnds(of: all, at: [2, 48, 0], quiet: Patience.usual) {
            seen[Int($0.partition)].append(text($0.value))
        }
        #expect(given == [2, 48, 0] && seen == [["0", "2"], [], []])
    }

    @Test func `what lies behind the end is waited for, but not for ever`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let reader = try Reader(server, log: quiet, isolation: .readCommitted)
        let none = try reader.readToEnds(of: [TopicPartition("t", 0, offset: 0)], at: [1], quiet: .seconds(1)) { _ in }
        #expect(none == nil)
    }

    @Test func `reads nothing of what it was assigned before`() throws {
        let broker = try EmbeddedBroker()
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let producer = try Producer(server, log: quiet)
        for topic in ["a", "b"] {
            for index in 0..<1000 { try producer.send(topic, partition: 0, key: nil, value: "\(index)".utf8.span) }
        }
        try producer.flush(milliseconds: 120_000)
        let reader = try Reader(server, log: quiet, isolation: .readCommitted)
        for round in 0..<20 {
            let (topic, start) = (round % 2 == 0 ? "a" : "b", Int64(round * 40))
            try reader.assign([TopicPartition(topic, 0, offset: start)])
            var offsets: [Int64] = []
            try keepTrying("a few records") {
                guard case .record(let record) = reader.next(milliseconds: 100) else { return false }
                let (id, known) = (record.topicID, reader.topicID(topic))
                #expect(id == known)
                offsets.append(record.offset)
                return offsets.count == 5
            }
            #expect(offsets == Array(start..<start + 5))
        }
        try reader.assign([])
        switch reader.next(milliseconds: 200) {
        case nil: break
        default: Issue.record("something came")
        }
    }

    @Test func `says that an offset is not there`() throws {
        let broker = try EmbeddedBroker()
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let producer = try Producer(server, log: quiet)
        try producer.send("t", partition: 0, key: nil, value: "v".utf8.span)
        try producer.flush(milliseconds: 120_000)
        let reader = try Reader(server, log: quiet, isolation: .readCommitted)
        let error = #expect(throws: KafkaError.self) {
            _ = try reader.readAll([TopicPartition("t", 0, offset: 5)])
        }
        #expect(error?.isOffsetOutOfRange == true)
    }
}
