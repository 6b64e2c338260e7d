import KafkaTesting
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(30))) struct RecordTests {
    /// Sends one record and looks at it.
    private func look(
        at headers: consuming Headers?, _ body: (borrowing Record) throws -> Void
    ) throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let server = ["bootstrap.servers": broker.bootstrapServers]
        let producer = try Producer(server, log: quiet)
        try producer.send("t", key: "k".utf8.span, value: "v".utf8.span, headers: headers)
        try producer.flush(milliseconds: 120_000)
        let reader = try Reader(server, log: quiet, isolation: .readUncommitted)
        try reader.assign([TopicPartition("t", 0, offset: 0)])
        var isThere = false
        try keepTrying("the record") {
            guard case .record(let record) = reader.next(milliseconds: 100) else { return false }
            try body(record)
            isThere = true
            return true
        }
        #expect(isThere)
    }

    @Test func `headers come back as they were given the last of a name first`() throws {
        let headers = Headers()
        headers.add("type", "StartDr".utf8.span)
        headers.add("type", "EndDr".utf8.span)
        headers.add("empty", "".utf8.span)
        headers.add("none", nil as Span<UInt8>?)
        headers.add("größe", "€")
        try look(at: headers) { record in
            #expect(text(record.header("type")) == "EndDr")
            #expect(text(record.header("empty")) == "" && text(record.header("none")) == nil)
            #expect(text(record.header("gone")) == nil && text(record.header("größe")) == "€")
            var all: [String] = []
            record.forEachHeader { all.append("\($0)=\(text($1) ?? "nil")") }
            #expect(all == ["type=StartDr", "type=EndDr", "empty=", "none=nil", "größe=€"])
        }
    }

    @Test func `a record without headers has none`() throws {
        try look(at: nil) { record in
            #expect(text(record.header("type")) == nil)
            record.forEachHeader { name, _ in Issue.record("header \(name)") }
            let copy = record.copyHeaders()
            copy.add("a", "b")
        }
    }

    @Test func `a copy of the headers can continue with more`() throws {
        let headers = Headers()
        headers.add("type", "StartDr")
        var copy: Headers? = nil
        try look(at: headers) { copy = $0.copyHeaders() }
        copy?.add("error", "no id")
        try look(at: copy.take()) { record in
            #expect(text(record.header("type")) == "StartDr" && text(record.header("error")) == "no id")
        }
    }

    @Test func `the timestamp is that of the sending`() throws {
        try look(at: nil) { record in
            let timestamp = record.timestamp ?? 0
            // 2020 to 2100: milliseconds, then, and not seconds.
            #expect((1_577_836_800_000..<4_102_444_800_000).contains(timestamp))
        }
    }
}

/// Records that no client has given.
@Suite struct OwnRecordTests {
    @Test func `say what they were made of`() {
        let headers = Headers()
        headers.add("type", "Add")
        headers.add("none", nil)
        let record = Record(
            topic: "t", topicID: 7, partition: 3, offset: 9, timestamp: 5, key: Array("k".utf8), value: [],
            headers: headers)
        #expect(record.topic == "t" && record.topicID == 7 && record.partition == 3 && record.offset == 9)
        #expect(record.timestamp == 5)
        #expect(record.key?.count == 1 && record.key?[0] == UInt8(ascii: "k"))
        // Empty is no tombstone.
        #expect(record.value?.count == 0)
        #expect(record.header("type")?.count == 3 && record.header("id") == nil)
        var names: [String] = []
        record.copyHeaders().forEachHeader { name, value in names.append("\(name) \(value?.count ?? -1)") }
        #expect(names == ["type 3", "none -1"])
    }

    @Test func `have nothing where nothing was given`() {
        let record = Record(
            topic: "t", topicID: 7, partition: 0, offset: 0, timestamp: nil, key: nil, value: nil, headers: Headers())
        #expect(record.key == nil && record.value == nil && record.timestamp == nil && record.header("type") == nil)
    }
}
