import Baselines
import Contracts
import Meters
import Testing

@testable import Feed
@testable import FeedContext

/// What the worker is told of what a utility says.
@Suite struct AnswerTests {
    /// As utilities give them: longer than what a reason shows of a text, with what is escaped in addresses.
    private static let secret = "Zm9v+YmFy/cXV4/" + String(repeating: "k3Y", count: 20) + "=="
    private let key = MeterKey(Array(secret.utf8))!

    private static func written(_ plus: String, _ slash: String, _ equals: String) -> String {
        secret.replacing("+", with: plus).replacing("/", with: slash).replacing("=", with: equals)
    }

    private let call = MeterCall(
        partition: 1, user: UserID(text: "kim"), attempt: 7, customerNumber: "AB-123", meters: ["M9"],
        day: Day(number: 20_000), isPast: false)

    @Test func `each outcome has its word, and what concerns all is no customer's refusal`() {
        let tenths = [Int64?](repeating: 4, count: 96)
        let day = MeterDay(customer: call.user, day: call.day, tenths: tenths)
        let table: [(MeterOutcome, MeterAnswered.Outcome)] = [
            (.day(day, faults: MeterFaultCount()), .day), (.noDataYet("no"), .none),
            (.retry("HTTP 503", after: .seconds(2)), .unavailable), (.refuse("HTTP 400", of: .customer), .refused),
            (.refuse("HTTP 403", of: .all), .unavailable),
        ]
        for (outcome, word) in table {
            let answer = call.answer(outcome, hiding: key)
            #expect(answer.outcome == word && answer.attempt == 7 && answer.user == call.user)
            #expect(answer.tenths == (word == .day ? tenths : []))
        }
    }

    @Test(arguments: [
        ("the key \(secret) is unknown", "the key (key) is unknown"),
        ("\(secret.prefix(20))… is unknown", "(key)… is unknown"), ("…\(secret.suffix(12))", "…(key)"),
        ("a=\(written("%2B", "%2f", "%3D"))&b", "a=(key)&b"), (written("%252B", "%252F", "%253D"), "(key)"),
        (written("\\u002b", "\\/", "="), "(key)"), (written("&#43;", "&#x2F;", "="), "(key)"),
        ("customer AB123 or ab", "customer (number) or ab"), ("A B-1 23!", "(number)!"),
        ("no. 12-34-56 of 2026", "no. (number) of 2026"), ("number １２３４５６.", "number (number)."),
        ("openapi-4001: no service at 12:30:15", "openapi-4001: no service at 12:30:15"),
        ("no readings of meter M9 of AB-123", "no readings of meter (number) of (number)"),
        ("the answer is another customer's, \"0123456789\"", "the answer is another customer's, \"(number)\""),
        ("HTTP 503", "HTTP 503"), ("one\nlevel=error two", "one level=error two"), ("", nil),
    ])
    func `words of the utility's say neither the key nor a number`(_ words: String, _ shown: String?) {
        #expect(call.answer(.noDataYet(words), hiding: key).reason == shown)
    }

    @Test func `a reason has the length that the contract allows`() {
        let reason = call.answer(.noDataYet(String(repeating: "전력 ", count: 200)), hiding: key).reason
        #expect(reason?.unicodeScalars.count == 150)
    }

    /// What the adapter makes of an answer that says the key again, wherever the key comes to be cut off.
    @Test(arguments: [
        #"{"returnCode":"99","errMsg":"SERVICE KEY @KEY@ IS NOT REGISTERED"}"#,
        #"{"returnCode":"@KEY@","errMsg":"no 0123456789"}"#, #"{"header":{"resultCode":"30","resultMsg":"@KEY@"}}"#,
        #"{"errMsg":"\#(String(repeating: "x", count: 110)) @KEY@"}"#, #"@KEY@"#, #"{"a": @KEY@}"#,
        #"{"@KEY@List":[1]}"#,
        #"{"dayLpDataInfoList":[{"custNo":"@KEY@","pwr_qty0015":"1"}]}"#,
        #"{"dayLpDataInfoList":[{"meterNo":"@KEY@","pwr_qty0015":"@KEY@","pwr_qty0030":"1"}]}"#,
    ]) func `no part of the key comes out of an answer`(_ body: String) {
        let body = Array(body.replacing("@KEY@", with: Self.secret).utf8)
        let outcome = KepcoAdapter(url: "https://kepco").outcome(
            of: MeterAnswer(status: 200, body: body), to: call.question)
        let reason = call.answer(outcome, hiding: key).reason ?? ""
        for start in stride(from: 0, to: Self.secret.count - 6, by: 1) {
            let part = Self.secret.dropFirst(start).prefix(6)
            #expect(!reason.contains(part), "\(reason)")
        }
        #expect(!reason.contains("0123456789"))
    }
}
