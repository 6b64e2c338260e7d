import Baselines
import Chance
import Contracts
import Foundation
import KepcoContext
import Testing

/// Random orders are checked as the checker of `scripts/chaos` checks them, which shares no code with this and writes
/// the vectors: Tests/Chaos/checker/vectors.py.
@Suite struct ReductionVectorTests {
    private static let vectors: [Substring] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/reductions.tsv")
        do { return try String(contentsOf: file, encoding: .utf8).split(separator: "\n") } catch {
            fatalError("Tests/Vectors/reductions.tsv cannot be read: \(error)")
        }
    }()

    @Test func `random orders are checked as the independent rules have them`() throws {
        #expect(Self.vectors.count == 500)
        var realOnes = 0
        for vector in Self.vectors {
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
        func below(_ count: Int64) -> Int64 { Int64(random.next() % UInt64(count)) }
        let daysKept = 1 + below(30)
        let references = [10, 10, 4, 1][Int(below(4))]
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
        let sums = try Baseline.sums(order, .meanOfWeekdays(references), given)
        return (Reduction(order, used: order.quarters.map(given.wh), baseline: Baseline(sums)), sums.leftOut)
    }

    /// One number of all quarter hours, in which each has a weight of its own.
    private static func digest(_ milli: [Int64?]) -> Int64 {
        milli.enumerated().reduce(0) { $0 + Int64($1.offset + 1) * ($1.element ?? -1) }
    }
}
