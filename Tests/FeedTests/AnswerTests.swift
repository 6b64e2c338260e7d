import Baselines
import Contracts
import Meters
import Testing

@testable import Feed
@testable import FeedContext

/// What the worker is told of what a utility says.
@Suite struct AnswerTests {
    private let key = MeterKey(Array("geheim77".utf8))!
    private let call = MeterCall(
        partition: 1, user: UserID(text: "kim"), attempt: 7, customerNumber: "AB-123", meters: ["M9"],
        day: Day(number: 20_000))

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
        ("the key geheim77 is unknown", "the key (key) is unknown"),
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
}
