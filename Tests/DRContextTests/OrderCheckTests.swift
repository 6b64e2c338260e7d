import Contracts
import Market
import Testing

@testable import DRContext

/// The limits of a kind, by Korea's. 2026-11-30 is a Monday.
@Suite struct OrderCheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let kind: String
        let asked: String
        let start: String
        let end: String?
        let broken: [String]

        init(_ kind: String, _ asked: String, _ start: String, _ end: String?, _ broken: String...) {
            (self.kind, self.asked, self.start, self.end, self.broken) = (kind, asked, start, end, broken)
        }

        var testDescription: String { "\(kind) \(asked) \(start) \(end ?? "-")" }
    }

    static let cases = [
        Case("standard", "30T09:00", "30T10:00", "30T12:00"), Case("standard", "30T09:00", "30T10:00", "30T11:00"),
        // Notice: to the millisecond.
        Case("standard", "30T09:00:00.001", "30T10:00", "30T11:00", "noticeMin"),
        Case("national", "30T09:30", "30T10:00", "30T11:00"),
        Case("national", "30T09:30:01", "30T10:00", "30T11:00", "noticeMin"),
        // An order may not be entered after the fact.
        Case("standard", "30T12:00", "30T10:00", "30T11:00", "noticeMin"),
        // The grid, of both ends.
        Case("standard", "30T08:00", "30T10:15", "30T11:15"),
        Case("standard", "30T08:00", "30T10:20", "30T11:20", "gridMin"),
        Case("standard", "30T08:00", "30T10:00", "30T11:10", "gridMin"),
        Case("standard", "30T08:00", "30T10:00:00.001", "30T11:30", "gridMin"),
        // Duration.
        Case("standard", "30T08:00", "30T14:00", "30T18:00"),
        Case("standard", "30T08:00", "30T14:00", "30T18:15", "durationMin"),
        Case("standard", "30T08:00", "30T14:00", "30T14:45", "durationMin"),
        Case("national", "30T08:00", "30T14:00", "30T15:15", "durationMin"),
        Case("national", "30T08:00", "30T14:00", nil, "durationMin"),
        // The window, its break, its edges.
        Case("standard", "30T07:00", "30T09:00", "30T10:00"), Case("standard", "30T07:00", "30T19:00", "30T20:00"),
        Case("standard", "30T07:00", "30T08:45", "30T09:45", "windows"),
        Case("standard", "30T07:00", "30T19:15", "30T20:15", "windows"),
        Case("standard", "30T07:00", "30T11:00", "30T13:00", "windows"),
        Case("standard", "30T07:00", "30T11:00", "30T12:00"), Case("standard", "30T07:00", "30T13:00", "30T14:00"),
        Case("standard", "30T07:00", "30T11:30", "30T13:30", "windows"),
        Case("jeju", "30T07:00", "30T12:00", "30T13:00"), Case("jeju", "30T07:00", "30T20:00", "30T21:00"),
        Case("national", "30T05:00", "30T06:00", "30T07:00"),
        Case("national", "29T21:00", "30T23:30", "30T23:45", "durationMin", "windows"),
        Case("national", "29T21:00", "30T23:30", "31T00:30", "windows"),
        // Days: a weekend, and holidays.
        Case("standard", "28T07:00", "28T10:00", "28T11:00", "days"),
        Case("standard", "29T07:00", "29T10:00", "29T11:00", "days"),
        // Several at once, in their order.
        Case("national", "29T10:00", "29T10:10", "29T10:20", "noticeMin", "gridMin", "durationMin", "days"),
        // A kind without limits.
        Case("reliable", "29T10:00", "29T03:01", nil), Case("economic", "29T10:00", "29T03:01", "30T03:01"),
    ]

    private func time(_ text: String) throws -> Timestamp {
        // The 31st is the first of December.
        let day = text.hasPrefix("31") ? "2026-12-01" : "2026-11-\(text.prefix(2))"
        return try #require(Timestamp("\(day)\(text.dropFirst(2))+09:00"))
    }

    private func broken(_ kind: String, _ asked: Timestamp, _ start: Timestamp, _ end: Timestamp?) throws -> [String] {
        let order = Order(
            id: OrderID(text: "dr-1"), name: "kt", kind: kind, status: .started, startsAt: start, endsAt: end,
            reason: nil)
        let request = StartDr(id: order.id, name: "kt", kind: kind, startsAt: start, endsAt: end, isForced: true)
        return try Admission(order, request, in: .korea, at: asked).forced
    }

    @Test(arguments: cases) func `an order keeps the limits of its kind, or it is told which it does not`(one: Case)
        throws
    {
        let (asked, start) = (try time(one.asked), try time(one.start))
        let end = try one.end.map(time)
        #expect(try broken(one.kind, asked, start, end) == one.broken)
    }

    @Test(arguments: [
        ("2026-05-01", true), ("2026-09-28", false), ("2026-12-25", true), ("2027-07-19", true), ("2028-10-05", true),
        ("2028-12-29", false), ("2029-01-02", true), ("2028-12-31", true),
    ])
    func `a holiday is no weekday, and neither is a day of which nobody knows`(day: String, isBroken: Bool) throws {
        let start = try #require(Timestamp("\(day)T10:00:00+09:00"))
        let broken = try broken("standard", start - .seconds(7200), start, start + .seconds(3600))
        #expect(broken == (isBroken ? ["days"] : []))
    }

    @Test func `a refusal names the limit, its value, the rule and the way round`() throws {
        let start = try time("30T10:10")
        let request = StartDr(
            id: OrderID(text: "dr-1"), name: "kt", kind: "small", startsAt: start, endsAt: start + .seconds(7200))
        let order = try Order(request, id: OrderID(text: "dr-1"), at: start - .seconds(3000))
        #expect {
            try Admission(order, request, in: .korea, at: start - .seconds(3000))
        } throws: { error in
            "\(error)"
                == "refused: order dr-1 cannot start by the rules of kind small (전력시장운영규칙 12.1.1, 12.2.2③, 12.4.3.1, 별표28): "
                + "noticeMin: it starts at 2026-11-30T01:10:00Z, less than 60 min after it was requested, at 2026-11-30T00:20:00Z; "
                + "gridMin: 2026-11-30T01:10:00Z is not on the grid of 15 min; durationMin: it lasts 120 min; 60 min are allowed; "
                + "windows: it is not all within 09:00-12:00, 13:00-20:00, by the market's clock. In an emergency \"force\": true "
                + "passes them"
        }
    }
}
