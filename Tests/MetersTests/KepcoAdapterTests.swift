import Baselines
import Contracts
import Testing

@testable import Meters

@Suite struct KepcoAdapterTests {
    private static let url = "https://opm.example/OpenAPI/getDayLpData.do"
    private static let day = Day("2026-11-21")!
    private static let question = MeterQuestion(customer: UserID(text: "u-1"), account: "0123456789", day: day)

    /// An entry with these values, as they stand, from the first quarter hour on; "" behind them.
    private static func entry(
        _ values: [String], meter: String = "25", account: String = "0123456789", day: String = "20261121",
        _ more: String = ""
    ) -> String {
        var text = #"{"custNo":"\#(account)","meterNo":"\#(meter)","mr_ymd":"\#(day)","multi_meter_yn":"N""#
        for quarter in 1...96 {
            let time = "\(quarter * 15 / 60 * 100 + quarter * 15 % 60)"
            let name = "pwr_qty" + String(repeating: "0", count: 4 - time.count) + time
            text += ",\"\(name)\":" + (quarter <= values.count ? values[quarter - 1] : "\"\"")
        }
        return text + more + "}"
    }

    private static func list(_ entries: String...) -> String {
        #"{"dayLpDataInfoList":[\#(entries.joined(separator: ","))]}"#
    }

    private func outcome(
        _ body: String, status: Int = 200, retryAfter: Duration? = nil, question: MeterQuestion = question,
        zeros: KepcoAdapter.Zeros = .gapsAtEnd
    ) -> MeterOutcome {
        KepcoAdapter(url: Self.url, zeros: zeros).outcome(
            of: MeterAnswer(status: status, retryAfter: retryAfter, body: Array(body.utf8)), to: question)
    }

    /// The readings up to the last one, and how many faults there are.
    private func readings(_ outcome: MeterOutcome) throws -> ([Int64?], faults: Int) {
        guard case .day(let day, let faults) = outcome else { throw Unexpected(outcome: outcome) }
        #expect(day.customer == Self.question.customer && day.day == Self.day)
        return (Array(day.tenths[...(day.tenths.lastIndex { $0 != nil } ?? 0)]), faults.count)
    }

    private struct Unexpected: Error { let outcome: MeterOutcome }

    @Test func `a day is asked for by a form that alone has the key`() throws {
        let request = KepcoAdapter(url: Self.url).request(for: Self.question)
        let key = try #require(MeterKey(Array(" a+b/c=&한\n".utf8.filter { $0 < 0x80 })))
        #expect(
            String(decoding: request.form(key), as: UTF8.self)
                == "custNo=0123456789&date=20261121&returnType=02&serviceKey=a%2Bb%2Fc%3D%26")
        #expect(request.url == Self.url && !"\(request)".contains("a+b"))
    }

    @Test func `values are the kWh of the quarter hour that ends then, as numbers or texts`() throws {
        let body = Self.list(
            Self.entry(["0.0911", "\"0.0728\"", "82.87", "\" 1 \"", "0"] + Array(repeating: "0.5", count: 91)))
        guard case .day(let day, let faults) = outcome(body) else { throw Unexpected(outcome: outcome(body)) }
        #expect(day.tenths.prefix(5) == [911, 728, 828_700, 10_000, 0] && day.isWhole && faults.count == 0)
        #expect(day.meters == ["25"])
        let readings = try #require(day.readings(utcOffset: KepcoAdapter(url: Self.url).utcOffset))
        #expect(readings.startsAt == Timestamp("2026-11-21T00:00:00+09:00") && readings.tenths.count == 96)
    }

    @Test func `midnight is the old day's last quarter hour`() throws {
        let body = Self.list(Self.entry(Array(repeating: "\"\"", count: 95) + ["0.1"]))
        guard case .day(let day, _) = outcome(body) else { throw Unexpected(outcome: outcome(body)) }
        #expect(day.tenths[95] == 1000 && day.count == 1)
        #expect(day.readings(utcOffset: 540)?.startsAt == Timestamp("2026-11-21T23:45:00+09:00"))
    }

    @Test(arguments: [
        (KepcoAdapter.Zeros.gapsAtEnd, [0, 1000, 0, 2000] as [Int64?]), (.readings, [0, 1000, 0, 2000, 0, 0]),
        (.gaps, [nil, 1000, nil, 2000]),
    ]) func `an empty text is no value yet, and zeros may be gaps`(_ zeros: KepcoAdapter.Zeros, _ expected: [Int64?])
        throws
    {
        let body = Self.list(Self.entry(["0", "0.1", "0", "0.2", "0", "0.0000"]))
        #expect(try readings(outcome(body, zeros: zeros)).0 == expected)
    }

    @Test func `several meters are added up where all have a value, or chosen`() throws {
        let body = Self.list(
            Self.entry(["0.1", "0.2", "0.3"], meter: "a"), Self.entry(["1", "\"\"", "2"], meter: "b"))
        #expect(try readings(outcome(body)).0 == [11_000, nil, 23_000])
        var one = MeterQuestion(customer: UserID(text: "u-1"), account: "0123456789", meters: ["b"], day: Self.day)
        #expect(try readings(outcome(body, question: one)).0 == [10_000, nil, 20_000])
        one = MeterQuestion(customer: UserID(text: "u-1"), account: "0123456789", meters: ["b", "c"], day: Self.day)
        #expect(outcome(body, question: one) == .noDataYet("the answer has no readings of meter \"c\""))
    }

    @Test func `a meter that is there twice counts once, and is asked again where it differs`() throws {
        #expect(
            try readings(outcome(Self.list(Self.entry(["0.1", "0.2"]), Self.entry(["0.1", "0.2"])))).0 == [1000, 2000])
        let differing = outcome(Self.list(Self.entry(["0.1", "0.2"]), Self.entry(["0.1", "0.3"])))
        guard case .refuse(_, of: .customer) = differing else {
            Issue.record("two values of a meter are taken")
            return
        }
    }

    @Test func `a value that is none is a gap, and said`() throws {
        let body = Self.list(Self.entry(["-0.5", "0.2", "\"N/A\"", "99999999.9", "true", "0.1", "[1]", "null", "0.3"]))
        let (tenths, faults) = try readings(outcome(body))
        #expect(tenths == [nil, 2000, nil, nil, nil, 1000, nil, nil, 3000] && faults == 5)
        let twice = Self.entry(["0.1", "0.2"], #","pwr_qty0015":0.7,"pwr_qty0030":"0.2""#)
        #expect(try readings(outcome(Self.list(twice))).0 == [nil, 2000])
    }

    @Test func `readings of whole hours are no readings of quarters`() {
        let hours = (1...96).map { $0 % 4 == 0 ? "0.4" : "\"\"" }
        guard case .refuse(let why, of: .customer) = outcome(Self.list(Self.entry(hours))) else {
            Issue.record("hours are taken for quarters")
            return
        }
        #expect(why.contains("whole hours"))
    }

    @Test func `another customer's or another day's answer is not his`() {
        for entry in [Self.entry(["0.1"], account: "0123456780"), Self.entry(["0.1"], day: "20261120")] {
            guard case .refuse(_, of: .customer) = outcome(Self.list(entry)) else {
                Issue.record("it is taken: \(entry.prefix(80))")
                continue
            }
        }
        guard case .day = outcome(Self.list(Self.entry(["0.1"], day: "2026-11-21"))) else {
            Issue.record("a date with dashes is another day")
            return
        }
    }

    /// Errors as they come with status 200, and what they are.
    private static let errors: [(body: String, kind: String)] = [
        (list(#"{"returnCode":"openapi-9001","errMsg":"no data"}"#), "noData"),
        (list(entry([]), #"{"returnCode":"openapi-9001"}"#), "noData"),
        (list(entry(["0.1"]), #"{"returnCode":"openapi-9001"}"#), "noData"),
        (list(#"{"returnCode":"openapi-4001","errMsg":"서비스"}"#), "refuse"),
        (#"{"errMsg":"x","returnCode":"openapi-4001"}"#, "refuse"),
        (#"{"header":{"resultCode":"03","resultMsg":"NODATA_ERROR"}}"#, "noData"),
        (#"{"header":{"resultCode":"30","resultMsg":"SERVICE KEY IS NOT REGISTERED ERROR."}}"#, "refuse all"),
        (#"{"header":{"resultCode":"22","resultMsg":"LIMITED NUMBER"}}"#, "retry"),
        (#"{"errMsg":"something else"}"#, "refuse"), (#"{"returnCode":"openapi-1234"}"#, "refuse"),
        (#"{"header":{"resultCode":"05","resultMsg":"SERVICE TIME OUT"}}"#, "retry"),
        (#"{"dayLpDataInfoList":[]}"#, "noData"), (list(entry([])), "noData"), ("{}", "noData"),
        (#"{"dayLpDataInfoList":null,"returnCode":"openapi-9001"}"#, "noData"),
        ("", "retry"), (" \r\n", "retry"), ("<html>maintenance</html>", "retry"), ("\u{FEFF}<html>", "retry"),
        (String(list(entry(["0.1", "0.2"])).dropLast(9)), "retry"), ("[]", "retry"), ("null", "retry"), ("{", "retry"),
        (#"{"dayLpDataInfoList":{}}"#, "retry"), (#"{"dayLpDataInfoList":[1]}"#, "retry"),
        (list(Array(repeating: entry(["1"]), count: 201).joined(separator: ",")), "retry"),
        (String(repeating: " ", count: 600_000) + list(entry(["0.1"])), "refuse"),
        (
            #"{"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"dayLpDataInfoList":[\#(entry(["0.1"]))]}"#,
            "day"
        ),
    ]

    @Test(arguments: errors) func `errors that come with status 200 are told apart`(_ body: String, _ kind: String) {
        #expect(Self.kind(outcome(body)) == kind, "\(body.prefix(100)): \(outcome(body))")
    }

    @Test(arguments: [
        (204, "noData"), (301, "refuse all"), (400, "refuse"), (401, "refuse all"), (403, "refuse all"),
        (404, "refuse all"), (408, "retry"), (422, "refuse"), (429, "retry"), (500, "retry"), (501, "refuse all"),
        (502, "retry"), (503, "retry"), (504, "retry"), (999, "refuse all"), (0, "refuse all"),
    ]) func `a status says what is to be done`(_ status: Int, _ kind: String) {
        #expect(Self.kind(outcome(Self.list(Self.entry(["0.1"])), status: status)) == kind)
    }

    @Test func `who asks to be left alone is heard`() {
        #expect(outcome("busy", status: 503, retryAfter: .seconds(7)) == .retry("HTTP 503", after: .seconds(7)))
    }

    private static func kind(_ outcome: MeterOutcome) -> String {
        switch outcome {
        case .day: "day"
        case .noDataYet: "noData"
        case .retry: "retry"
        case .refuse(_, of: .customer): "refuse"
        case .refuse(_, of: .all): "refuse all"
        }
    }

    @Test(.timeLimit(.minutes(30))) func `an answer of nothing but lists costs what others cost`() {
        let names = (0..<3_000).map { #""a\#($0)List":[]"# }
        #expect(Self.kind(outcome("{\(names.joined(separator: ","))}")) == "refuse")
    }

    @Test func `a key shows itself nowhere`() throws {
        let key = try #require(MeterKey(Array("  geheim-4711\r\n".utf8)))
        var dumped = ""
        dump([key], to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] { #expect(!text.contains("geheim")) }
        #expect(key.matches("geheim-4711"))
        for content in ["", " \n", "a b", "a\u{0}b", "키", String(repeating: "x", count: 4097)] {
            #expect(MeterKey(Array(content.utf8)) == nil)
        }
    }
}
