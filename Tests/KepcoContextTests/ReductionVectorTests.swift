import Baselines
import Chance
import Contracts
import Foundation
import JSON
import Testing

@testable import KepcoContext

/// Random orders are checked as the checker of `scripts/chaos` checks them, which shares no code with this and writes
/// the vectors: Tests/Chaos/checker/vectors.py.
@Suite struct ReductionVectorTests {
    private static func vectors(_ name: String) throws -> [Substring] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/\(name)")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    }

    @Test func `random orders are checked as the independent rules have them`() throws {
        let vectors = try Self.vectors("reductions.tsv")
        #expect(vectors.count == 500)
        var realOnes = 0
        for vector in vectors {
            let words = vector.split(separator: "\t", omittingEmptySubsequences: false)
            let seed = try #require(UInt64(words[0]))
            let (reduction, leftOut) = try Self.reduction(seed)
            let figures = [
                reduction.baselineWh, reduction.usedWh, reduction.reducedWh,
                Self.digest(reduction.quarterBaselineMilliWh), Self.digest(reduction.quarterUsedMilliWh),
            ]
            let days = reduction.days.map(\.description).joined(separator: ",")
            let others = leftOut.map { "\($0.day) \($0.why.name)" }.joined(separator: ",")
            #expect(figures.map(String.init) + [days, others] == words.dropFirst().map(String.init), "seed \(seed)")
            #expect(reduction.isReal == (reduction.reducedWh > 0))
            if reduction.isReal { realOnes += 1 }
        }
        #expect(realOnes > 50)
    }

    /// The vectors' readings are drawn from their seeds.
    private static func reduction(_ seed: UInt64) throws -> (Reduction, [DayLeftOut]) {
        var random = SeededGenerator(seed)
        let daysKept = 1 + below(30, &random)
        let references = [10, 10, 4, 1][Int(below(4, &random))]
        let (order, given) = try draw(&random, daysKept)
        let sums = try Baseline.sums(order, .meanOfWeekdays(references), given)
        return (
            Reduction(order, used: order.quarters.map(given.tenths), baseline: Baseline(sums)),
            sums.first?.leftOut ?? []
        )
    }

    private static func below(_ count: Int64, _ random: inout SeededGenerator) -> Int64 {
        Int64(random.next() % UInt64(count))
    }

    /// An order, and the readings of its customer.
    private static func draw(
        _ random: inout SeededGenerator, _ daysKept: Int64
    ) throws -> (OrderQuarters, GivenReadings) {
        func below(_ count: Int64) -> Int64 { Self.below(count, &random) }
        let start = 1_790_000_000_000 + below(5_000_000_000)
        let end = start + 1 + below([60_000, 3_600_000, 7_200_000, 90_000_000][Int(below(4))])
        let gap = [0, 0, 1, 20][Int(below(4))]
        let most: Int64 = [3, 1000, 1_000_000_000][Int(below(3))]
        var given = GivenReadings(daysKept: daysKept)
        let last = Quarter(at: Timestamp(milliseconds: end - 1)).number
        for number in (Quarter(at: Timestamp(milliseconds: start)).number - (daysKept + 2) * 96)...last
        where below(1000) >= gap {
            given.readings[Quarter(number: number)] = below(most + 1)
        }
        let order = try #require(
            OrderQuarters(startsAt: Timestamp(milliseconds: start), endsAt: Timestamp(milliseconds: end)))
        return (order, given)
    }

    @Test func `random orders go by the methods of markets as the independent rules have them`() throws {
        let vectors = try Self.vectors("kind-reductions.tsv")
        #expect(vectors.count == 500)
        for vector in vectors {
            let words = vector.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let seed = try #require(UInt64(words[0]))
            let method = try Self.method(words[1])
            let zone = Zone(utcOffset: .seconds(900 * (try #require(Int(words[2])))))
            let holidays = Set(words[3].split(separator: ",").compactMap { Day(String($0)) })
            let daysKept = try #require(Int64(words[4]))
            var random = SeededGenerator(seed)
            var (order, given) = try Self.draw(&random, daysKept)
            let reach = Reach(zone: .korea, daysKept: daysKept).of(order)
            given.readings = given.readings.filter { $0.key >= reach.lowerBound }
            given.zone = zone
            let excluded = Set(words[5].split(separator: ",").compactMap { Day(String($0)) })
            let (sums, baseline) = try Self.compare(
                order, method, given, DayRules(holidays: holidays, excluded: excluded))
            let reduction = Reduction(
                order, used: order.quarters.map(given.tenths), baseline: baseline, gaps: method.gaps.order,
                parts: order.parts(method.interval, zone))
            let figures = [
                reduction.baselineWh, reduction.usedWh, reduction.reducedWh,
                Self.digest(reduction.quarterBaselineMilliWh), Self.digest(reduction.quarterUsedMilliWh),
            ]
            let days = sums.map { $0.days.map(\.description).joined(separator: ",") }.joined(separator: ";")
            let others = CheckExplanation(Self.check, order, sums, method).notUsed.map { "\($0.day) \($0.why)" }
            let expected = words[12].split(separator: ",").prefix(CheckExplanation.mostDays).map(String.init)
            #expect(figures.map(String.init) + [days] == Array(words[6...11]), "seed \(seed)")
            #expect(others == expected, "seed \(seed)")
        }
    }

    private static func compare(
        _ order: OrderQuarters, _ method: BaselineMethod, _ given: GivenReadings, _ days: DayRules
    ) throws -> ([BaselineSums], Baseline?) {
        let sums = try Baseline.sums(order, method, given, days)
        guard let baseline = Baseline(sums), let adjustment = method.adjustment else { return (sums, Baseline(sums)) }
        let time = OrderTime(given.zone.minutes(of: order.range))
        guard let amount = try Calculation(method, days, given).adjustment(time) else { return (sums, baseline) }
        return (
            sums, baseline.adjusted(by: amount, adjustment.caps, parts: order.parts(method.interval, given.zone))
        )
    }

    /// Any: what is compared here does not depend on it.
    private static let check: Checks.Row = {
        let (order, user, time) = (OrderID(text: "o"), UserID(text: "u"), Timestamp(milliseconds: 1_790_000_000_000))
        let entry = ListEntry(
            id: ResponseID(order, user), userName: "u", userCapacity: 1, answer: .accept, startsAt: time, endsAt: time)
        return Checks.Row(ListSaved(entry), endsAt: time, deadline: time, trace: nil)
    }()

    private static func method(_ text: String) throws -> BaselineMethod {
        var reader = JSONReader()
        var method: BaselineMethod?
        let bytes = Array(text.utf8)
        try reader.read(bytes.span) { method = try BaselineMethod($0) }
        return try #require(method)
    }

    /// One number of all quarter hours, in which each has a weight of its own.
    private static func digest(_ milli: [Int64?]) -> Int64 {
        milli.enumerated().reduce(0) { $0 + Int64($1.offset + 1) * ($1.element ?? -1) }
    }
}
