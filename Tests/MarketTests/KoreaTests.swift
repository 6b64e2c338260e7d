import Baselines
import Testing

@testable import Market

/// The built-in market is Korea's.
@Suite struct KoreaTests {
    @Test(arguments: [
        ("2026-05-01", false), ("2026-05-25", false), ("2026-06-03", false), ("2026-07-17", false),
        ("2026-08-17", false), ("2026-10-05", false), ("2027-02-09", false), ("2027-05-03", false),
        ("2027-07-19", false), ("2028-05-02", false), ("2028-10-05", false), ("2025-05-01", true),
        ("2026-09-28", true), ("2027-06-07", true), ("2026-11-28", false), ("2026-11-30", true),
    ])
    func `substitute holidays, election days and traps`(day: String, isWorkday: Bool) throws {
        let day = try given(day)
        #expect(Market.korea.isWorkday(day) == isWorkday)
    }

    @Test func `there are the four kinds, and orders of other types go by none of their limits`() throws {
        let korea = Market.korea
        #expect(korea.kinds.map(\.id) == ["reliable", "standard", "small", "jeju", "national"])
        #expect(korea.holidays.count == 102 && korea.version == 1 && Market.builtIn(1) == korea)
        #expect(Market.builtIn(2) == nil)
        let other = try #require(korea.kind(of: "whatever")?.rules(on: try given("2026-11-21")))
        #expect(
            other.described.filter { $0.text != "none" }.map(\.name) == ["source", "days", "contiguous", "pointsBy"])
        #expect(other.days == .all && other.isContiguousAllowed && other.method == nil && !other.countsOrders)
    }

    @Test(
        arguments: [
            ("standard", 60, [540..<720, 780..<1200], 60...240, true, 60, "Max(4/5)"),
            ("small", 60, [540..<720, 780..<1200], 60...60, false, 60, "Mid(6/10)"),
            ("jeju", 60, [600..<1260], 60...60, false, 60, "Mid(6/10)"),
            ("national", 30, [360..<1260], 60...60, false, nil, "Mid(6/10)"),
        ] as [(String, Int64, [Range<Int64>], ClosedRange<Int64>, Bool, Int64?, String)])
    func `a kind has its numbers`(
        id: String, notice: Int64, windows: [Range<Int64>], duration: ClosedRange<Int64>, contiguous: Bool,
        hours: Int64?, method: String
    ) throws {
        let kind = try #require(Market.korea.kind(of: id))
        let rules = try #require(kind.rules(on: try given("2026-11-30")))
        #expect(rules.noticeMin == notice && rules.gridMin == 15 && rules.days == .weekdays && rules.ordersADay == 2)
        #expect(rules.windows == windows && rules.durationMin == duration)
        #expect(rules.isContiguousAllowed == contiguous && rules.hoursAPeriod == hours)
        #expect(rules.method?.name == method && rules.milliPointsPerWh == 1000)
        // By the engine's own: the file says nothing else than the code that bills are checked with.
        let terms = KPXRules.Terms(isNational: id == "national")
        #expect(rules.method == KPXRules.method(method, terms))
        let before = try given("2024-01-31")
        #expect(kind.rules(on: before) == nil)
    }

    @Test(arguments: [
        ("2026-11-30", "2026-06-01", "2026-12-01"), ("2026-12-01", "2026-12-01", "2027-06-01"),
        ("2027-01-15", "2026-12-01", "2027-06-01"), ("2027-06-01", "2027-06-01", "2027-12-01"),
    ])
    func `a day lies in a period`(day: String, first: String, next: String) throws {
        var rules = KindRules(from: try given("2024-02-01"))
        rules.periods = [601, 1201]
        let day = try given(day)
        let period = (try given(first))..<(try given(next))
        #expect(rules.period(of: day) == period)
        rules.periods = []
        #expect(rules.period(of: day).lowerBound.description == "\(day.year)-01-01")
    }
}
