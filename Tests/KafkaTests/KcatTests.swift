import Contracts
import RealKafka
import Testing

@testable import Kafka

/// What kcat sends is read here, and the other way round. Left out, loudly, where there is no Kafka or no kcat.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct KcatTests {
    @Test func `what kcat sends is read here`() throws {
        let place = try Place(partitions: 1)
        let send = ["-P", "-b", place.bootstrapServers, "-t", place.topic]
        try Command.kcat(send + ["-k", "dr-1", "-H", "type=StartDr", "-H", "a=1"], input: #"{"id":"dr-1"}"#)
        try Command.kcat(send + ["-K", ":", "-Z"], input: "gone:\n")
        let reader = try place.reader()
        var seen: [String] = []
        try reader.assign(place.all(1))
        try keepTrying("the end") {
            switch reader.next(milliseconds: 100) {
            case .record(let record):
                var headers: [String] = []
                record.forEachHeader { headers.append("\($0)=\(text($1) ?? "nil")") }
                seen.append("\(text(record.key) ?? "-") \(text(record.value) ?? "tombstone") \(headers)")
            case .end: return true
            case .failure(let error): throw error
            case nil: break
            }
            return false
        }
        #expect(seen == [#"dr-1 {"id":"dr-1"} ["type=StartDr", "a=1"]"#, "gone tombstone []"])
    }

    @Test func `what is sent here is read by kcat`() throws {
        let place = try Place(partitions: 1)
        let producer = try place.producer()
        let topic = try producer.topic(place.topic)
        try producer.begin()
        try producer.produce(topic, 0, "k", "aborted")
        try producer.abort()
        try producer.begin()
        let headers = Headers()
        headers.add("type", "DRstarted".utf8.span)
        headers.add("traceparent", "00-1".utf8.span)
        try producer.produce(topic, 0, key: "k".utf8.span, value: "v".utf8.span, headers: headers)
        try producer.produce(topic, 0, key: "k".utf8.span, value: nil)
        try producer.produce(topic, 0, key: "k".utf8.span, value: "".utf8.span)
        try producer.commit()
        try place.awaitMarks()
        let output = try Command.kcat([
            "-C", "-e", "-q", "-b", place.bootstrapServers, "-t", place.topic, "-X", "isolation.level=read_committed",
            "-f", #"%k %S %s %h\n"#,
        ])
        #expect(output == "k 1 v type=DRstarted,traceparent=00-1\nk -1  \nk 0  \n")
    }

    @Test func `keys live where kcat puts them`() throws {
        let place = try Place(partitions: 7)
        let keys = (0..<200).map { "user-\($0)" } + ["ü", "a b"]
        try Command.kcat(
            ["-P", "-b", place.bootstrapServers, "-t", place.topic, "-K", ":"],
            input: keys.map { "\($0):kcat\n" }.joined())
        let producer = try Producer(place.server, log: quiet)
        for key in keys { try producer.send(place.topic, key: key.utf8.span, value: "here".utf8.span) }
        try producer.flush(milliseconds: 120_000)
        let reader = try place.reader()
        let records = try reader.readAll(place.all(7)).records
        #expect(records.count == 2 * keys.count)
        for record in records {
            #expect(record.partition == Partitioner.partition(of: record.key ?? "", among: 7), "\(record)")
        }
    }
}
