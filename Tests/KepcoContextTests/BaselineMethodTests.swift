import Baselines
import Contracts
import KepcoContext
import Testing

/// November 2026: the 20th is a Friday.
@Suite struct BaselineMethodTests {
    private let method = BaselineMethod.meanOfWeekdays(10)

    @Test func `earlier weekdays with all readings count newest first`() throws {
        var given = GivenReadings()
        try given.add("2026-11-20T10:00", [1, 1])
        try given.add("2026-11-19T10:00", [400, 410])
        try given.add("2026-11-18T10:00", [500, nil])
        try given.add("2026-11-15T10:00", [9000, 9000])
        try given.add("2026-11-14T10:00", [9000, 9000])
        try given.add("2026-11-13T10:00", [421, 409])
        try given.add("2026-11-23T10:00", [9000, 9000])
        let order = try #require(try order("2026-11-20T10:00", "2026-11-20T10:30"))
        let baseline = try #require(try Baseline(order, method, given))
        #expect(baseline.days.map(\.description) == ["2026-11-19", "2026-11-13"])
        #expect(baseline.numerators == [8210, 8190])
        #expect(baseline.denominator == 2)
    }

    @Test func `no more than the ten latest days count`() throws {
        var given = GivenReadings()
        for day in 1...19 { try given.add("2026-11-\(day < 10 ? "0" : "")\(day)T10:00", [Int64(day)]) }
        let order = try #require(try order("2026-11-20T10:00", "2026-11-20T10:15"))
        let baseline = try #require(try Baseline(order, method, given))
        #expect(
            baseline.days.map(\.description)
                == ["19", "18", "17", "16", "13", "12", "11", "10", "09", "06"].map { "2026-11-\($0)" })
        // 19+18+17+16+13+12+11+10+9+6
        #expect(baseline.numerators == [1310])
        #expect(baseline.denominator == 10)
    }

    @Test func `days that are no longer kept are not looked for`() throws {
        var given = GivenReadings(daysKept: 4)
        try given.add("2026-11-16T10:00", [16])
        try given.add("2026-11-13T10:00", [13])
        let order = try #require(try order("2026-11-20T10:00", "2026-11-20T10:15"))
        #expect(try Baseline(order, method, given)?.days.map(\.description) == ["2026-11-16"])
    }

    @Test func `without a reference day there is no baseline`() throws {
        var given = GivenReadings()
        try given.add("2026-11-15T10:00", [9000, 9000])
        try given.add("2026-11-19T10:00", [400])
        let order = try #require(try order("2026-11-20T10:00", "2026-11-20T10:30"))
        #expect(try Baseline(order, method, given) == nil)
    }

    @Test func `an order over midnight is compared by the day that it starts on`() throws {
        var given = GivenReadings()
        // Friday to Saturday.
        let order = try #require(try order("2026-11-20T23:45", "2026-11-21T00:15"))
        // Thursday to Friday, the second on the order's own date.
        try given.add("2026-11-19T23:45", [10, 20])
        // Sunday to Monday; the next Friday to Saturday; Wednesday without its midnight.
        try given.add("2026-11-15T23:45", [9000, 9000])
        try given.add("2026-11-13T23:45", [11, 21])
        try given.add("2026-11-11T23:45", [9000, nil])
        let baseline = try #require(try Baseline(order, method, given))
        #expect(baseline.days.map(\.description) == ["2026-11-19", "2026-11-13"])
        #expect(baseline.numerators == [210, 410])
    }

    @Test func `an order on the first of a month is compared with the month before`() throws {
        var given = GivenReadings()
        try given.add("2026-11-30T00:00", [7])
        try given.add("2026-11-27T00:00", [8])
        let order = try #require(try order("2026-12-01T00:00", "2026-12-01T00:10"))
        let baseline = try #require(try Baseline(order, method, given))
        #expect(baseline.days.map(\.description) == ["2026-11-30", "2026-11-27"])
        #expect(baseline.numerators == [150])
    }

    @Test func `an order at a weekend is compared with weekdays`() throws {
        var given = GivenReadings()
        try given.add("2026-11-21T10:00", [9000])
        try given.add("2026-11-20T10:00", [5])
        let order = try #require(try order("2026-11-22T10:00", "2026-11-22T10:15"))
        #expect(try Baseline(order, method, given)?.numerators == [50])
    }

    @Test func `a long order is not compared with itself`() throws {
        var given = GivenReadings()
        // Thirty hours from Friday on: Thursday's reference would reach into the order, Wednesday's does not.
        try given.add("2026-11-18T10:00", [Int64?](repeating: 3, count: 400))
        let order = try #require(try order("2026-11-20T10:00", "2026-11-21T16:00"))
        #expect(try Baseline(order, method, given)?.days.map(\.description) == ["2026-11-18"])
        let day = try #require(OrderQuarters(startsAt: korea("2026-11-20T10:00"), endsAt: korea("2026-11-21T10:00")))
        #expect(try Baseline(day, method, given)?.days.map(\.description) == ["2026-11-19", "2026-11-18"])
    }
}
