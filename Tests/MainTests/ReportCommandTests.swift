import Contracts
import Foundation
import RealKafka
import Settlement
import Testing

@testable import Main

/// `negawatt report`: what it gathers, and what it shows of an order on a real Kafka.
@Suite(.timeLimit(.minutes(30))) struct ReportCommandTests {
    private static let started =
        #"{"eventType":"DRstarted","timestamp":1795230000000,"id":"dr-1","name":"kt","type":"standard","status":"started","#
        + #""startsAt":"2026-11-20T05:00:00Z","endsAt":"2026-11-20T06:00:00Z","market":1,"kind":"standard","quantity":2000}"#
    private static let ended =
        #"{"eventType":"DrEnded","timestamp":1795240800000,"id":"dr-1","name":"kt","type":"standard","status":"ended","#
        + #""startsAt":"2026-11-20T05:00:00Z","endsAt":"2026-11-20T06:00:00Z","reason":"its end was reached"}"#

    /// A row of response: answers with their times and channels.
    private static func row(_ name: String, _ answers: [(answer: String, at: String, channel: String)] = []) -> String {
        func list(_ values: [String]) -> String { "[" + values.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
        let times = answers.map { "\(Timestamp($0.at)?.milliseconds ?? 0)" }.joined(separator: ",")
        let history =
            answers.isEmpty
            ? ""
            : #","answers":\#(list(answers.map(\.answer))),"answeredAt":[\#(times)],"channels":\#(list(answers.map(\.channel)))"#
        return #"{"name":"\#(name)","capacity":8000,"answer":"ignore","startsAt":"2026-11-20T05:00:00Z","#
            + #""endsAt":"2026-11-20T06:00:00Z","saved":true\#(history)}"#
    }

    private static func check(_ user: String, used: Int, version: Int = 1, order: String = "dr-1") -> String {
        let reduced = 2000 - used * 4
        return #"{"eventType":"ReductionCheck","timestamp":1795251600123,"id":"\#(order).\#(user)","drId":"\#(order)","#
            + #""userId":"\#(user)","userName":"Kim","responseId":"\#(order).\#(user)","responseAnswer":"accept","#
            + #""baselineWh":2000,"usedWh":\#(used * 4),"reducedWh":\#(reduced),"adjustPoint":\#(max(0, reduced)),"#
            + #""isReal":\#(reduced > 0),"reason":"nothing was reduced","version":\#(version),"method":"m","days":[],"#
            + #""resource":"seoul-1","quarterBaselineWh":[500,500,500,500],"quarterUsedWh":[\#(used),\#(used),\#(used),\#(used)],"#
            + #""startsAt":"2026-11-20T05:00:00Z","endsAt":"2026-11-20T06:00:00Z","notUsed":[],"gapOfReference":"leaveOut","#
            + #""gapOfOrder":"hour"}"#
    }

    @Test func `of a list the rows of the order count, of answers the last by the end, of checks the last version`()
        throws
    {
        var collector = OrderCollector([OrderID(text: "dr-1")])
        func row(_ key: String, _ value: String?) {
            if let value {
                collector.takeRow(key.utf8.span, value.utf8.span)
            } else {
                collector.takeRow(key.utf8.span, nil)
            }
        }
        row(
            "responses/dr-1/kim",
            Self.row(
                "Kim",
                [
                    ("deny", "2026-11-20T03:00:00Z", "sms"), ("accept", "2026-11-20T06:00:00Z", "app"),
                    ("deny", "2026-11-20T06:00:01Z", "web"),
                ]))
        row("responses/dr-1/gone", Self.row("Gone"))
        row("responses/dr-1/gone", nil)
        row("responses/dr-10/lee", Self.row("Lee"))
        row("orders/dr-1/lee", Self.row("Lee"))
        row("responses/dr-1/bad", "{}")
        for (used, version) in [(400, 1), (100, 3), (200, 2)] {
            collector.takeCheck(Self.check("kim", used: used, version: version).utf8.span)
        }
        collector.takeCheck(Self.check("kim", used: 0, version: 9, order: "dr-2").utf8.span)
        collector.takeCheck(Self.check("unlisted", used: 499).utf8.span)
        collector.takeListEvent(#"{"eventType":"Listsaved","drId":"dr-1","userId":"kim","resource":"busan"}"#.utf8.span)
        let found = collector.drain(OrderID(text: "dr-1")).participants
        #expect(found.map(\.user) == ["kim", "unlisted"])
        let kim = try #require(found.first)
        #expect((kim.answer, kim.channel, kim.answeredAt) == (.accept, "app", Timestamp("2026-11-20T06:00:00Z")))
        #expect((kim.check?.version, kim.check?.usedWh, kim.resource) == (3, 400, "busan"))
        #expect(collector.unreadable == 1)
        #expect(collector.drain(OrderID(text: "dr-1")).participants.isEmpty)
    }

    @Test func `what is said last of a resource counts, and of the order alone`() {
        var collector = OrderCollector([OrderID(text: "dr-1")])
        for (order, resource, version) in [("dr-1", "a", 1), ("dr-1", "a", 3), ("dr-1", "a", 2), ("dr-2", "b", 1)] {
            collector.takeCheck(
                (#"{"eventType":"ResourceReduction","drId":"\#(order)","resource":"\#(resource)","version":\#(version),"#
                    + #""accepted":1,"checked":1,"counted":1,"baselineWh":1,"usedWh":1,"reducedWh":0,"positiveWh":0,"#
                    + #""points":0}"#).utf8.span)
        }
        collector.takeCheck(#"{"eventType":"ResourceReduction","drId":"dr-1","resource":"c"}"#.utf8.span)
        #expect(collector.unreadable == 1)
        let found = collector.drain(OrderID(text: "dr-1")).reductions
        #expect(found.map(\.resource.text) == ["a"] && found.map(\.version) == [3])
        #expect(collector.drain(OrderID(text: "dr-1")).reductions.isEmpty)
    }

    @Test func `customers whose ids look alike are two`() throws {
        let users = ["e\u{301}", "f", "\u{E9}"]
        var collector = OrderCollector([OrderID(text: "dr-1")])
        for (position, user) in users.enumerated() {
            collector.takeRow("responses/dr-1/\(user)".utf8.span, Self.row("Kim").utf8.span)
            collector.takeCheck(Self.check(user, used: 100 * position).utf8.span)
            let resource = #""resource":"r-\#(position)""#
            collector.takeListEvent(
                #"{"eventType":"Listsaved","drId":"dr-1","userId":"\#(user)",\#(resource)}"#.utf8.span)
        }
        let found = collector.drain(OrderID(text: "dr-1")).participants
        #expect(found.map { Array($0.user.utf8) } == users.map { Array($0.utf8) })
        #expect(found.map { $0.check?.usedWh } == [0, 400, 800])
        #expect(found.map(\.resource) == ["r-0", "r-1", "r-2"])
    }

    @Test func `an order whose id looks alike is another one`() throws {
        let (id, other) = ("\u{E9}", "e\u{301}")
        func ours(_ text: String, _ order: String) -> String { text.replacing("dr-1", with: order) }
        var finder = OrderFinder(OrderID(text: id))
        finder.take(ours(Self.started, other).utf8.span)
        #expect(finder.found == nil)
        finder.take(ours(Self.started, id).utf8.span)
        finder.take(ours(Self.ended, other).utf8.span)
        #expect(finder.found?.state == .announced)
        var collector = OrderCollector([OrderID(text: id)])
        collector.takeCheck(Self.check("kim", used: 1, order: other).utf8.span)
        #expect(collector.drain(OrderID(text: id)).participants.isEmpty)
    }

    @Test func `an event of the order that cannot be understood is counted, and what is none of its is not`() {
        var finder = OrderFinder(OrderID(text: "dr-1"))
        finder.take(Self.started.utf8.span)
        for event in ["", "{", "[]", "{}", #"{"id":7}"#, #"{"id":"dr-2","eventType":"DrEnded"}"#] {
            finder.take(event.utf8.span)
        }
        #expect(finder.unreadable == 0)
        finder.take(#"{"id":"dr-1","eventType":"DrEnded"}"#.utf8.span)
        #expect(finder.unreadable == 1)
        #expect(finder.found?.state == .announced)
    }

    @Test(.enabled(if: RealKafka.isAvailable))
    func `an order is gathered from all partitions`() throws {
        let broker = try RealKafka.Broker()
        let kafka = ["--bootstrap-servers", broker.bootstrapServers]
        #expect(try Negawatt.run(["report", "dr-1"] + kafka).output.contains("there is no topic dr.events"))
        _ = try Negawatt.succeed(["topics", "create", "--partitions", "3"] + kafka)
        func send(_ topic: String, _ key: String, _ value: String, partitionOf: String) throws {
            let partition = Partitioner.partition(of: partitionOf, among: 3)
            _ = try Command.kcat(
                ["-P", "-b", broker.bootstrapServers, "-t", topic, "-k", key, "-p", "\(partition)"], input: value)
        }
        let missing = try Negawatt.run(["report", "dr-1"] + kafka)
        #expect(missing.code == 1 && missing.output.contains("there is no order dr-1"))
        for event in [Self.started, Self.ended] { try send("dr.events", "dr-1", event, partitionOf: "dr-1") }
        let answer = [(answer: "accept", at: "2026-11-20T03:00:00Z", channel: "app")]
        for user in ["kim", "lee", "park"] {
            let row = Self.row("=\(user)", user == "park" ? [] : answer)
            try send("response.changelog", "responses/dr-1/\(user)", row, partitionOf: user)
        }
        try send("kepco.events", "kim", Self.check("kim", used: 100), partitionOf: "kim")
        try send("kepco.events", "lee", Self.check("lee", used: 505), partitionOf: "lee")
        try check(try Negawatt.succeed(["report", "dr-1"] + kafka))
        let csv = try Negawatt.succeed(["report", "dr-1", "--format", "csv"] + kafka)
        #expect(csv.split(separator: "\r\n").count == 4)
        #expect(csv.contains("dr-1,kim,\"'=kim\",seoul-1,accept,2026-11-20T03:00:00"))
        let picture = NSTemporaryDirectory() + "report-\(UUID().uuidString).svg"
        let json = try Negawatt.succeed(["report", "dr-1", "--format", "json", "--svg", picture] + kafka)
        let last = try #require(json.split(separator: "\n").last)
        #expect(last.contains(#""compliancePercent":79.00,"isFull":false,"listDueOn":"2026-11-27""#), "\(last)")
        #expect(try String(contentsOfFile: picture, encoding: .utf8).contains("14:00 1000, 605;"))
        try checkPeriods(kafka)
        try send("kepco.events", "lee", #"{"eventType":"ReductionCheck","drId":"dr-1"}"#, partitionOf: "lee")
        let partial = try Negawatt.run(["report", "dr-1"] + kafka)
        #expect(partial.code == 1 && partial.output.contains("1 record could not be understood, and is left out"))
    }

    /// Of 2000 Wh ordered of all resources nothing is known of this one's part.
    private func checkPeriods(_ kafka: [String]) throws {
        let month = try Negawatt.succeed(["report", "2026-11"] + kafka)
        #expect(month.hasPrefix("2026-11-01..2026-11-30: 1 order\n"), "\(month)")
        #expect(
            month.contains("  dr-1, seoul-1: no estimate, the hour of 2026-11-20T05:00:00Z says no orderedWh"),
            "\(month)")
        #expect(try Negawatt.succeed(["report", "2026-10"] + kafka).hasPrefix("2026-10-01..2026-10-31: 0 orders\n"))
        let one = ["report", "seoul-1", "--period", "2026-11-20", "--format"]
        let json = try Negawatt.succeed(one + ["json"] + kafka).split(separator: "\n")
        #expect(json.count == 2 && json[0].contains(#""reducedWh":1580,"points":1600,"kpxKWh":2"#), "\(json)")
        #expect(json[1].contains(#""resource":"seoul-1","orders":1,"#), "\(json)")
        #expect(try Negawatt.succeed(one + ["csv"] + kafka).split(separator: "\r\n").count == 2)
        #expect(try Negawatt.run(["report", "seoul-1", "--period", "x"] + kafka).code == 2)
    }

    private func check(_ text: String) throws {
        for line in [
            "dr-1 (kt): standard, 2026-11-20 14:00-15:00, ended (its end was reached)",
            "  asked 3: accepted 2, denied 0, silent 1; checked 2, real 1",
            "  list of participants due on 2026-11-27, 5 working days behind the order",
            "  seoul-1       2         2        2     1      4000  2420     1580    1600            -        2",
            "  none          1         0        0     0         0     0        0       0            -        0",
            "  total         3         2        2     1      4000  2420     1580    1600            -        2",
            "  compliance: 79.00 % of 2000 Wh ordered, 2000 Wh an hour, not full",
        ] { #expect(text.contains("\(line)\n"), "\(text)") }
        #expect(text.contains("no: nothing was reduced"))
    }
}
