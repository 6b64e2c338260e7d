import Baselines
import Contracts
import KepcoContext
import Testing

@Suite struct TimeTests {
    @Test(arguments: [
        // The day begins at midnight in Korea, at 15:00 UTC.
        ("2026-11-19T14:45:00Z", "2026-11-19", 95, true),
        ("2026-11-19T15:00:00Z", "2026-11-20", 0, true),
        ("2026-11-20T01:07:30Z", "2026-11-20", 40, true),
        ("2026-11-20T15:00:00Z", "2026-11-21", 0, false),
        ("2026-11-22T14:59:59Z", "2026-11-22", 95, false),
        ("2026-11-22T15:00:00Z", "2026-11-23", 0, true),
        ("2026-12-31T15:00:00Z", "2027-01-01", 0, true),
        ("2028-02-28T15:15:00Z", "2028-02-29", 1, true),
        // Where others have summer time.
        ("2026-03-28T15:00:00Z", "2026-03-29", 0, false),
    ])
    func `a time has a day and a place in it in Korea`(
        _ text: String, _ day: String, _ position: Int, _ isWeekday: Bool
    ) throws {
        let quarter = Quarter(at: try #require(Timestamp(text)))
        #expect(Zone.korea.day(of: quarter).description == day)
        #expect(Zone.korea.position(of: quarter) == position)
        #expect(Zone.korea.day(of: quarter).isWeekday == isWeekday)
    }

    @Test func `another zone has other days`() throws {
        let quarter = Quarter(at: try #require(Timestamp("2026-11-19T15:00:00Z")))
        let newfoundland = Zone(utcOffset: .seconds(-12_600))
        #expect(newfoundland.day(of: quarter).description == "2026-11-19")
        #expect(newfoundland.position(of: quarter) == 46)
    }

    @Test(arguments: [("2026-11-20T10:15", true), ("2026-11-20T10:15:00.001", false), ("2026-11-20T10:14", false)])
    func `quarter hours start on the grid only`(_ text: String, _ isStart: Bool) throws {
        #expect((Quarter(startsAt: try korea(text)) != nil) == isStart)
    }

    @Test(arguments: [
        ("2026-11-20T10:00", "2026-11-20T10:30", "2026-11-20T10:00", [900_000, 900_000]),
        ("2026-11-20T10:00", "2026-11-20T10:00:00.001", "2026-11-20T10:00", [1]),
        ("2026-11-20T10:07:30", "2026-11-20T10:20", "2026-11-20T10:00", [450_000, 300_000]),
        ("2026-11-20T10:05", "2026-11-20T10:10", "2026-11-20T10:00", [300_000]),
        ("2026-11-20T23:50", "2026-11-21T00:20", "2026-11-20T23:45", [600_000, 900_000, 300_000]),
        ("2026-11-20T10:00", "2026-11-20T10:00", "2026-11-20T10:00", []),
        ("2026-11-20T10:00", "2026-11-20T09:00", "2026-11-20T10:00", []),
    ])
    func `an order covers its quarter hours in part`(
        _ startsAt: String, _ endsAt: String, _ first: String, _ shares: [Int64]
    ) throws {
        let order = try #require(try order(startsAt, endsAt))
        #expect(order.first == Quarter(at: try korea(first)))
        #expect(order.shares == shares)
        #expect(order.range(daysBefore: 1).lowerBound + 96 == order.range.lowerBound)
        #expect(order.range.upperBound == order.first + Int64(shares.count))
    }

    @Test func `an order has at most the quarter hours of a week`() throws {
        #expect(try order("2026-11-13T10:00", "2026-11-20T10:00")?.count == 672)
        #expect(try order("2026-11-13T10:00", "2026-11-20T10:00:00.001") == nil)
        // A week long, but in 673 quarter hours.
        #expect(try order("2026-11-13T10:01", "2026-11-20T10:01") == nil)
        #expect(try order("2000-01-02T10:00", "2099-11-20T10:01") == nil)
    }

    @Test(arguments: [
        ("09:00", "10:00", false), ("09:45", "10:15", true), ("10:29", "11:00", true), ("10:30", "11:00", false),
    ])
    func `an order touches the quarter hours that it shares`(_ from: String, _ to: String, _ touches: Bool) throws {
        let order = try #require(try order("2026-11-20T10:05", "2026-11-20T10:20"))
        let first = Quarter(at: try korea("2026-11-20T\(from)"))
        #expect(order.range.overlaps(first..<Quarter(at: try korea("2026-11-20T\(to)"))) == touches)
    }
}
