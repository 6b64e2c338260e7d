import Contracts
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(30))) struct ProducerTests {
    @Test func `flush says what did not arrive`() throws {
        let broker = try EmbeddedBroker()
        let producer = try Producer(
            // Time enough for the first, whose connection may have to be made more than once.
            ["bootstrap.servers": broker.bootstrapServers, "message.timeout.ms": "3000"], log: quiet)
        try producer.send("t", key: nil, value: "v".utf8.span)
        try producer.flush(milliseconds: 120_000)
        try broker.setReachable(false)
        for _ in 0..<3 { try producer.send("t", key: nil, value: "v".utf8.span) }
        let error = #expect(throws: KafkaError.self) { try producer.flush(milliseconds: 120_000) }
        #expect(error?.isTimeout == true && error?.reason.contains("3 records") == true)
        // Said once.
        try producer.flush(milliseconds: 100)
    }

    @Test func `flush says that time is up`() throws {
        let broker = try EmbeddedBroker()
        let producer = try Producer(["bootstrap.servers": broker.bootstrapServers], log: quiet)
        try producer.send("t", key: nil, value: "v".utf8.span)
        try producer.flush(milliseconds: 120_000)
        try broker.setReachable(false)
        try producer.send("t", key: nil, value: "v".utf8.span)
        let error = #expect(throws: KafkaError.self) { try producer.flush(milliseconds: 100) }
        #expect(error?.isTimeout == true && error?.severity == .retriable)
    }

    @Test func `waits while the queue is full`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let small = ["queue.buffering.max.messages": "10", "linger.ms": "1"]
        let producer = try Producer(server.merging(small) { $1 }, log: quiet)
        for index in 0..<500 {
            let headers = Headers()
            headers.add("n", "\(index)".utf8.span)
            try producer.send("t", key: nil, value: "\(index)".utf8.span, headers: headers)
        }
        try producer.flush(milliseconds: 120_000)
        let reader = try Reader(server, log: quiet, isolation: .readCommitted)
        let all = try reader.readAll([TopicPartition("t", 0, offset: 0)])
        #expect(all.records.map(\.value) == (0..<500).map { "\($0)" })
        #expect(all.ends == [500])
    }

    /// As the first record of a topic is that was just made, by a broker that does not know yet that it leads it.
    @Test func `what a broker refuses is sent again before what follows`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let producer = try Producer(server.merging(["batch.num.messages": "1"]) { $1 }, log: quiet)
        let (produce, notLeader) = (Int16(0), Int32(6))
        broker.fail(request: produce, with: [notLeader])
        for index in 0..<20 { try producer.send("t", key: nil, value: "\(index)".utf8.span) }
        try producer.flush(milliseconds: 120_000)
        let reader = try Reader(server, log: quiet, isolation: .readCommitted)
        let all = try reader.readAll([TopicPartition("t", 0, offset: 0)])
        #expect(all.records.map(\.value) == (0..<20).map { "\($0)" })
    }

    /// The figures are zlib's: `zlib.crc32(key) % partitions`.
    @Test(arguments: [("u-1", 8, 4), ("u-2", 8, 6), ("123456789", 1000, 262), ("", 8, 0)] as [(String, Int32, Int32)])
    func `a key has the home that its CRC32 gives`(_ key: String, _ partitions: Int32, _ home: Int32) {
        #expect(Partitioner.partition(of: key, among: partitions) == home)
    }
}
