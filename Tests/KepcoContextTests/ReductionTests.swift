import Baselines
import Contracts
import KepcoContext
import Testing

@Suite struct ReductionTests {
    struct Case: Sendable {
        let name: String
        /// Minutes and seconds behind ten o'clock.
        let order: (String, String)
        let used: [Int64?]
        let sums: [Int64]
        let days: Int64
        let figures: (baselineWh: Int64, usedWh: Int64, reducedWh: Int64)
        let isReal: Bool
        let quarters: [Int64?]
    }

    @Test(arguments: [
        Case(
            name: "whole quarter hours", order: ("10:00", "10:30"), used: [300, 290], sums: [821, 819], days: 2,
            figures: (820, 590, 230), isReal: true, quarters: [410_500, 409_500]),
        // 100 × ½ + 90 × ⅓ − 40 × ½ − 30 × ⅓
        Case(
            name: "parts", order: ("10:07:30", "10:20"), used: [40, 30], sums: [100, 90], days: 1,
            figures: (80, 30, 50), isReal: true, quarters: [50_000, 30_000]),
        // 3 × 33⅓ − 99: each quarter hour on its own would come to nothing.
        Case(
            name: "rounded once", order: ("10:00", "10:45"), used: [33, 33, 33], sums: [100, 100, 100], days: 3,
            figures: (100, 99, 1), isReal: true, quarters: [33_333, 33_333, 33_333]),
        Case(
            name: "half up", order: ("10:00", "10:15"), used: [50], sums: [101], days: 2, figures: (51, 50, 1),
            isReal: true, quarters: [50_500]),
        Case(
            name: "half down", order: ("10:00", "10:15"), used: [50], sums: [99], days: 2, figures: (50, 50, -1),
            isReal: false, quarters: [49_500]),
        Case(
            name: "less than half", order: ("10:00", "10:15"), used: [50], sums: [252], days: 5, figures: (50, 50, 0),
            isReal: false, quarters: [50_400]),
        // 50.4 − 25.5 = 24.9
        Case(
            name: "not the difference of what is shown", order: ("10:07:30", "10:15"), used: [51], sums: [504], days: 5,
            figures: (50, 26, 25), isReal: true, quarters: [50_400]),
        Case(
            name: "two thirds of a thousandth", order: ("10:00", "10:10"), used: [0], sums: [1], days: 1,
            figures: (1, 0, 1), isReal: true, quarters: [667]),
        Case(
            name: "more used", order: ("10:00", "10:30"), used: [500, 100], sums: [300, 200], days: 1,
            figures: (500, 600, -100), isReal: false, quarters: [300_000, 200_000]),
        Case(
            name: "the same", order: ("10:00", "10:15"), used: [0], sums: [0], days: 1, figures: (0, 0, 0),
            isReal: false, quarters: [0]),
    ])
    func `a reduction is exact and rounded once`(_ given: Case) throws {
        let order = try #require(try order("2026-11-20T\(given.order.0)", "2026-11-20T\(given.order.1)"))
        let days = (0..<given.days).map { Day(number: 20_000 - $0) }
        let baseline = Baseline(days: days, wh: given.sums.map { Int128($0) }, denominator: Int128(given.days))
        let reduction = Reduction(order, used: given.used.tenths, baseline: baseline)
        #expect(reduction.baselineWh == given.figures.baselineWh, "\(given.name)")
        #expect(reduction.usedWh == given.figures.usedWh, "\(given.name)")
        #expect(reduction.reducedWh == given.figures.reducedWh, "\(given.name)")
        #expect(reduction.isReal == given.isReal, "\(given.name)")
        #expect(reduction.reason == (given.isReal ? nil : "nothing was reduced"), "\(given.name)")
        #expect(reduction.quarterBaselineMilliWh == given.quarters, "\(given.name)")
        #expect(reduction.days == days, "\(given.name)")
    }

    @Test func `the largest figures fit`() throws {
        let order = try #require(try order("2026-11-13T10:00", "2026-11-20T10:00"))
        let most = Limits.quarterTenths.upperBound
        let baseline = Baseline(
            days: [], numerators: [Int128](repeating: Int128(most) * 10, count: 672), denominator: 10)
        let all = Reduction(order, used: [Int64?](repeating: 0, count: 672), baseline: baseline)
        #expect(all.reducedWh == 672_000_000_000)
        #expect(all.quarterBaselineMilliWh.allSatisfy { $0.map(Limits.orderWh.contains) == true })
        #expect(all.points(milliPointsPerWh: 1_000_000_000) == Limits.points.upperBound)
        let none = Reduction(
            order, used: [Int64?](repeating: most, count: 672),
            baseline: Baseline(days: [], numerators: [Int128](repeating: 0, count: 672), denominator: 10))
        #expect(none.reducedWh == -672_000_000_000)
    }

    @Test func `what is missing is named`() throws {
        let order = try #require(try order("2026-11-20T10:00", "2026-11-20T11:15"))
        let baseline = Baseline(days: [Day(number: 20_000)], wh: [9, 9, 9, 9, 9], denominator: 1)
        func reason(_ used: [Int64?]) -> String? { Reduction(order, used: used.tenths, baseline: baseline).reason }
        #expect(
            reason([nil, nil, nil, nil, nil]) == "no readings from 2026-11-20T01:00:00Z to 2026-11-20T02:15:00Z")
        #expect(
            reason([1, nil, 1, nil, nil])
                == "no readings from 2026-11-20T01:15:00Z to 2026-11-20T01:30:00Z and "
                + "from 2026-11-20T01:45:00Z to 2026-11-20T02:15:00Z")
        let many = try #require(reason([nil, 1, nil, 1, nil]))
        #expect(many.hasSuffix("to 2026-11-20T01:45:00Z and of 1 more quarter hour"))
        let part = Reduction(order, used: [10, nil, 10, 10, 10], baseline: baseline)
        #expect(!part.isReal)
        #expect(part.points(milliPointsPerWh: 1000) == 0)
        #expect((part.baselineWh, part.usedWh, part.reducedWh) == (45, 4, 0))
        #expect(part.quarterUsedMilliWh == [1000, nil, 1000, 1000, 1000])
    }

    @Test func `a reason fits into its field`() throws {
        let order = try #require(try order("2026-11-13T10:00", "2026-11-20T10:00"))
        let used = (0..<672).map { $0.isMultiple(of: 2) ? nil : Int64(1) }
        let reason = try #require(Reduction(order, used: used, baseline: nil).reason)
        #expect(reason.hasSuffix("and of 334 more quarter hours"))
        #expect(reason.utf8.count <= 200)
    }

    @Test func `without a reference day nothing is real`() throws {
        let order = try #require(try order("2026-11-20T10:00", "2026-11-20T10:30"))
        let reduction = Reduction(order, used: [30, 40], baseline: nil)
        #expect(reduction.reason?.hasPrefix("no reference day") == true)
        #expect((reduction.baselineWh, reduction.usedWh, reduction.reducedWh) == (0, 7, 0))
        #expect(reduction.quarterBaselineMilliWh == [nil, nil])
    }

    @Test func `an order without time is not real`() throws {
        let order = try #require(try order("2026-11-20T10:00", "2026-11-20T10:00"))
        let reduction = Reduction(order, used: [], baseline: nil)
        #expect(reduction.reason == "the order covered no time")
        #expect(!reduction.isReal)
    }

    @Test(arguments: [(1000, 230), (500, 115), (1500, 345), (15, 3), (10, 2), (1, 0), (0, 0), (-1000, 0)])
    func `points are whole and never negative`(_ milliPointsPerWh: Int64, _ points: Int64) throws {
        let order = try #require(try order("2026-11-20T10:00", "2026-11-20T10:15"))
        let baseline = Baseline(days: [Day(number: 20_000)], wh: [530], denominator: 1)
        let reduction = Reduction(order, used: [3000], baseline: baseline)
        #expect(reduction.points(milliPointsPerWh: milliPointsPerWh) == points)
    }
}
