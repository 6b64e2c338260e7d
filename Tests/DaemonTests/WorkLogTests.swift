import Contracts
import Kafka
import KafkaTesting
import Telemetry
import TelemetryTesting
import Testing
import Workers

@testable import Daemon

/// What an operator, and whoever tries it out, sees of the work.
@Suite struct WorkLogTests {
    private let sink = MemoryLog()

    private func log(_ level: Logger.Level, _ topics: [String: Int], timers: Int = 0) throws {
        var work = WorkLog(Logger(level: level, sink: sink), .dr)
        for (topic, count) in topics.sorted(by: { $0.key > $1.key }) {
            for offset in 0..<Int64(count) {
                let record = Record(
                    topic: topic, topicID: 1, partition: 0, offset: offset, timestamp: nil, key: Array("k".utf8),
                    value: nil, headers: Headers())
                work.done(Transaction.Source(topic: topic, offset: offset), record, "StartDr", 1)
            }
        }
        for number in 0..<timers {
            work.fired(
                Timer(kind: "list", id: "\(number)", due: Timestamp(milliseconds: 0)), Transaction.Source(), 1)
        }
        work.flush(isEnd: true)
    }

    private func handled(_ topic: String) -> Int { sink.lines("handled").count { $0["topic"] == topic } }

    @Test func `what a context says to itself takes no line from what others say`() throws {
        try log(.info, ["dr.internal": 30, "dr.commands": 9], timers: 20)
        #expect(handled("dr.commands") == 9)
        #expect(handled("dr.internal") == 5 && sink.lines("timer").isEmpty)
        let rest = try #require(sink.lines("handled more").first)
        #expect(rest["records"] == "25" && rest["timers"] == "20" && rest["messages"] == "45")
    }

    @Test(arguments: [Context.dr, .feed])
    func `a key is no line's where it may be somebody's number`(context: Context) throws {
        var work = WorkLog(Logger(level: .info, sink: sink), context)
        let record = Record(
            topic: context.internal, topicID: 1, partition: 0, offset: 7, timestamp: nil, key: Array("0123456789".utf8),
            value: nil, headers: Headers())
        let source = Transaction.Source(topic: context.internal, offset: 7)
        work.done(source, record, "RegisterMeter", 1)
        work.deadLettered(source, .conflict("c"), key: "0123456789")
        #expect(sink.lines.map { $0["offset"] } == ["7", "7"])
        #expect(sink.lines.map { $0["key"] } == Array(repeating: context == .feed ? "" : "0123456789", count: 2))
    }

    @Test func `a second has so many lines and the rest is one`() throws {
        try log(.info, ["dr.commands": 1000])
        #expect(handled("dr.commands") == 10 && sink.lines.count == 11)
        #expect(sink.lines("handled more").first?["records"] == "990")
    }

    @Test func `of a sweep one line says what it came to, and none its steps`() throws {
        var work = WorkLog(Logger(level: .info, sink: sink), .dr)
        for step in 0..<30 {
            let timer = Timer(kind: Sweep.timerKind, id: "0/\(step)/x", due: Timestamp(milliseconds: 0))
            work.fired(timer, Transaction.Source(), 0)
        }
        work.swept(Sweep.Report(deleted: [("checks", 7), ("days", 0)]), 3)
        work.flush(isEnd: true)
        #expect(sink.lines.count == 1)
        let line = try #require(sink.lines("swept").first)
        #expect(line["partition"] == "3" && line["checks"] == "7" && line["days"] == "0")
    }

    @Test func `each has its line at debug and none has one above info`() throws {
        try log(.warning, ["dr.commands": 30, "dr.internal": 30], timers: 30)
        #expect(sink.lines.isEmpty)
        try log(.debug, ["dr.commands": 30, "dr.internal": 30], timers: 30)
        #expect(sink.lines.count == 90)
    }
}
