import Baselines
import Contracts
import JSON
import RealKafka
import Testing

@testable import Main

/// `negawatt explain`: what it prints, and how it finds a check on a real Kafka.
@Suite(.timeLimit(.minutes(30))) struct ExplainCommandTests {
    private static let old =
        #"{"eventType":"ReductionCheck","timestamp":1795251600123,"id":"dr-1.kim","drId":"dr-1","userId":"kim","userName":"Kim","#
        + #""responseId":"dr-1.kim","responseAnswer":"accept","baselineWh":547,"usedWh":393,"reducedWh":153,"#
        + #""adjustPoint":153,"isReal":true,"method":"mean","days":["2026-11-19","2026-11-17"],"#
        + #""quarterBaselineWh":[273.667,273],"quarterUsedWh":[200,193.333]"#
    private static let new =
        old + #","startsAt":"2026-11-20T01:05:00.000Z","endsAt":"2026-11-20T01:30:00.000Z","#
        + #""notUsed":[{"day":"2026-11-18","why":"gap"},{"day":"2026-11-15","why":"weekend"},{"day":"2026-11-16","why":"gap"}],"#
        + #""moreNotUsed":2,"gapOfReference":"leaveOut","gapOfOrder":"customer"}"#

    private func report(_ text: String) throws -> String {
        var reader = JSONReader()
        return CheckReport(try ReductionCheck(reader.fields(of: text.utf8.span)), .korea).text
    }

    @Test func `a check explains itself`() throws {
        #expect(
            try report(Self.new) == """
                dr-1, customer kim (Kim): mean, order of 2026-11-20 10:05-10:30
                  TIME         BASELINE     USED  REDUCED
                  10:05-10:15   273.667  200.000   73.667
                  10:15-10:30   273.000  193.333   79.667
                  averaged days: 2026-11-19 2026-11-17
                  not used: gap: 11-18 11-16; weekend: 11-15; and 2 older days
                  gaps: a day with a missing reading is not averaged; with one missing in the order nothing counts
                  adjustment: none in this method
                  total: baseline 547 Wh - used 393 Wh = reduced 153 Wh, each rounded once: 153 points

                """)
    }

    @Test func `a check says by which rules it was done, and the days of each part`() throws {
        let text = Self.new.replacing(#""method":"mean""#, with: #""method":"Max(4/5)","market":3,"kind":"standard""#)
            .replacing(
                #""gapOfOrder":"customer""#,
                with: #""gapOfOrder":"hour","parts":[{"startsAt":"2026-11-20T01:00:00.000Z","days":["2026-11-19"]},"#
                    + #"{"startsAt":"2026-11-20T01:15:00.000Z","days":[]}]"#)
        let report = try report(text)
        #expect(report.contains("10:05-10:30\n  rules: kind standard of market version 3\n  TIME"), "\(report)")
        #expect(
            report.contains("\n  averaged days 10:05-10:15: 2026-11-19\n  averaged days 10:15-10:30: none\n"),
            "\(report)")
        let settings = text.replacing(#""market":3"#, with: #""bySettings":"it had not come","market":3"#)
        #expect(
            try self.report(settings).contains(
                "  rules: kind standard of market version 3, but as kepco is set: it had not come\n"))
    }

    @Test(arguments: [
        (#""adjustmentKind":"additive","adjustmentWh":33250.5"#, "33250.500 Wh for each whole hour"),
        (
            #""adjustmentKind":"ratio","adjustmentFactor":1.034482,"adjustmentOrder":"dr-0""#,
            "factor 1.0345, that of order dr-0, the day's first"
        ),
        (#""adjustmentKind":"ratio","noAdjustment":"readings are missing""#, "none: readings are missing"),
    ])
    func `a check says how it was adjusted`(_ fields: String, _ words: String) throws {
        let text = Self.new.replacing(#""gapOfOrder""#, with: "\(fields),\"gapOfOrder\"")
        #expect(try report(text).contains("\n  adjustment: \(words)\n"))
    }

    @Test func `a check says what counts for another order`() throws {
        let text = Self.new.replacing(
            #""method""#,
            with:
                #""countedFor":[{"drId":"dr-0","startsAt":"2026-11-20T01:00:00Z","endsAt":"2026-11-20T01:15:00Z"}],"method""#
        )
        #expect(try report(text).contains("\n  counted for order dr-0: 2026-11-20 10:00-10:15\n  total: "))
    }

    @Test func `one of an earlier version, and one without readings, say so`() throws {
        #expect(try report(Self.old + "}").contains("an earlier version did this check"))
        let none = Self.old.replacing("[200,193.333]", with: "[null,null]")
            .replacing(#""isReal":true"#, with: #""isReal":false,"reason":"no readings from A to B""#)
        let text = try report(none + "}")
        #expect(text.contains("done without readings of the order"))
        #expect(text.hasSuffix("it does not count: no readings from A to B\n"))
    }

    @Test func `of a corrected check the last version is shown, and what was before`() throws {
        let search = CheckSearch(order: "dr-1", user: "kim", properties: [:])
        var reader = JSONReader()
        func version(_ version: Int, _ points: Int) throws -> CheckSearch.Found {
            let text = Self.new.replacing(
                #""adjustPoint":153,"isReal":true"#,
                with: #""adjustPoint":\#(points),"isReal":\#(points > 0),"version":\#(version)"#)
            return try #require(try search.check(text.utf8.span, &reader))
        }
        // One that comes twice, and an older one behind a newer.
        var last: CheckSearch.Found?
        for found in [try version(1, 153), try version(2, 0), try version(2, 0), try version(3, 1), try version(2, 0)] {
            last = CheckSearch.last(last, found)
        }
        let found = try #require(last)
        #expect(found.check.version == 3)
        #expect(
            CheckReport(found.check, .korea, earlier: found.earlier).text.hasSuffix(
                """
                each rounded once: 1 point
                  version 3, corrected by readings that came later; before that
                  version 1: baseline 547 Wh - used 393 Wh, reduced 153 Wh: 153 points
                  version 2: baseline 547 Wh - used 393 Wh, reduced 153 Wh: 0 points, did not count

                """))
    }

    @Test func `only a check of the order is one`() throws {
        let search = CheckSearch(order: "dr-1", user: "kim", properties: [:])
        var reader = JSONReader()
        func isFound(_ text: String) throws -> Bool { try search.check(text.utf8.span, &reader) != nil }
        #expect(try isFound(Self.new))
        #expect(try !isFound(Self.new.replacing(#""drId":"dr-1""#, with: #""drId":"dr-2""#)))
        #expect(try !isFound(#"{"eventType":"Replayed","partition":1,"offset":2,"outcome":"done"}"#))
    }

    @Test(.enabled(if: RealKafka.isAvailable))
    func `it is found in the partition of the customer`() throws {
        let broker = try RealKafka.Broker()
        let kafka = ["--bootstrap-servers", broker.bootstrapServers]
        let missing = try Negawatt.run(["explain", "dr-1", "kim"] + kafka)
        #expect(missing.code == 1)
        #expect(missing.output.contains("there is no topic kepco.events"))
        _ = try Negawatt.succeed(["topics", "create", "--partitions", "3"] + kafka)
        func send(_ key: String, _ value: String) throws {
            let partition = Partitioner.partition(of: key, among: 3)
            _ = try Command.kcat(
                ["-P", "-b", broker.bootstrapServers, "-t", "kepco.events", "-k", key, "-p", "\(partition)"],
                input: value)
        }
        try send("kim", Self.new.replacing(#""drId":"dr-1""#, with: #""drId":"dr-2""#))
        let (code, output) = try Negawatt.run(["explain", "dr-1", "kim"] + kafka)
        #expect(code == 1)
        #expect(output.contains("there is no check of customer kim in order dr-1"))
        try send("kim", Self.new)
        try send("lee", Self.new.replacing("kim", with: "lee"))
        #expect(try Negawatt.succeed(["explain", "dr-1", "kim"] + kafka) == report(Self.new))
        #expect(try Negawatt.succeed(["explain", "dr-1", "kim", "--json"] + kafka) == Self.new + "\n")
    }
}
