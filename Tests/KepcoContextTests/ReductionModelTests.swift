import Contracts
import KepcoContext
import Testing

/// The same figures worked out another way: fractions in lowest terms, minute marks on the clock, dates counted from a Monday.
@Suite struct ReductionModelTests {
    struct Fraction {
        var top: Int128
        var bottom: Int128

        init(_ top: Int128, _ bottom: Int128 = 1) {
            var (divisor, rest) = (top.magnitude, bottom.magnitude)
            while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
            (self.top, self.bottom) = (top / Int128(divisor), bottom / Int128(divisor))
        }

        static func + (one: Self, other: Self) -> Self {
            Self(one.top * other.bottom + other.top * one.bottom, one.bottom * other.bottom)
        }
        static func - (one: Self, other: Self) -> Self { one + Self(-other.top, other.bottom) }
        static func * (one: Self, other: Self) -> Self { Self(one.top * other.top, one.bottom * other.bottom) }

        /// Up from half on; of a negative number the same, mirrored.
        var nearest: Int64 {
            if top < 0 { return -Self(-top, bottom).nearest }
            var whole = top / bottom
            if Self(top, bottom) - Self(whole) >= Self(1, 2) { whole += 1 }
            return Int64(whole)
        }
        static func >= (one: Self, other: Self) -> Bool { (one - other).top >= 0 }
    }

    struct Answer: Equatable {
        var baselineWh: Int64 = 0
        var usedWh: Int64 = 0
        var reducedWh: Int64 = 0
        var isReal = false
        var days: [String] = []
        var quarterBaseline: [Int64?] = []
        var quarterUsed: [Int64?] = []
    }

    private func model(_ start: Int64, _ end: Int64, _ wh: [Int64: Int64], daysKept: Int64) -> Answer {
        var marks: [Int64] = []
        var mark = start - start % 900_000
        while mark < end {
            marks.append(mark)
            mark += 900_000
        }
        let share = marks.map { mark in Fraction(Int128(min(end, mark + 900_000) - max(start, mark)), 900_000) }
        let day: Int64 = 86_400_000
        // Monday, 2026-01-05, midnight in Korea.
        let monday: Int64 = 1_767_538_800_000
        var references: [Int64] = []
        for back in 1...daysKept where references.count < 10 {
            var weekday = (start - back * day - monday) / day
            if (start - back * day - monday) % day < 0 { weekday -= 1 }
            guard ((weekday % 7) + 7) % 7 < 5, marks.allSatisfy({ wh[$0 - back * day] != nil }) else { continue }
            guard let last = marks.last, last - back * day < marks[0] else { continue }
            references.append(back)
        }
        var answer = Answer()
        var (baseline, used) = (Fraction(0), Fraction(0))
        for (position, mark) in marks.enumerated() {
            var sum = Fraction(0)
            for back in references { sum = sum + Fraction(Int128(wh[mark - back * day] ?? 0)) }
            let part = references.isEmpty ? nil : sum * Fraction(1, Int128(references.count)) * share[position]
            baseline = baseline + (part ?? Fraction(0))
            answer.quarterBaseline.append(part.map { ($0 * Fraction(1000)).nearest })
            let use = wh[mark].map { Fraction(Int128($0)) * share[position] }
            used = used + (use ?? Fraction(0))
            answer.quarterUsed.append(use.map { ($0 * Fraction(1000)).nearest })
        }
        answer.baselineWh = baseline.nearest
        answer.usedWh = used.nearest
        if !references.isEmpty, marks.allSatisfy({ wh[$0] != nil }) { answer.reducedWh = (baseline - used).nearest }
        answer.isReal = answer.reducedWh > 0
        answer.days = references.map { back in
            String(Timestamp(milliseconds: start - back * day + 32_400_000).description.prefix(10))
        }
        return answer
    }

    @Test(arguments: UInt64(0)..<40)
    func `random orders are checked as the model has them`(_ seed: UInt64) throws {
        var random = Generator(state: seed)
        var realOnes = 0
        for _ in 0..<25 {
            let daysKept = Int64.random(in: 1...30, using: &random)
            let start = 1_790_000_000_000 + Int64.random(in: 0..<5_000_000_000, using: &random)
            let length: Int64 = [60_000, 3_600_000, 7_200_000, 90_000_000].randomElement(using: &random) ?? 1
            let end = start + Int64.random(in: 1...length, using: &random)
            let gap = [0, 0, 1, 20].randomElement(using: &random) ?? 0
            let most: Int64 = [3, 1000, 1_000_000_000].randomElement(using: &random) ?? 1
            var wh: [Int64: Int64] = [:]
            var given = GivenReadings(daysKept: daysKept)
            var mark = (start / 900_000 - (daysKept + 2) * 96) * 900_000
            while mark < end {
                if Int.random(in: 0..<1000, using: &random) >= gap {
                    let value = Int64.random(in: 0...most, using: &random)
                    wh[mark] = value
                    given.readings[Quarter(at: Timestamp(milliseconds: mark))] = value
                }
                mark += 900_000
            }
            let order = try #require(
                OrderQuarters(startsAt: Timestamp(milliseconds: start), endsAt: Timestamp(milliseconds: end)))
            let baseline = try BaselineMethod.meanOfWeekdays(10).baseline(order, given)
            let reduction = Reduction(order, used: order.quarters.map(given.wh), baseline: baseline)
            let answer = Answer(
                baselineWh: reduction.baselineWh, usedWh: reduction.usedWh, reducedWh: reduction.reducedWh,
                isReal: reduction.isReal, days: reduction.days.map(\.description),
                quarterBaseline: reduction.quarterBaselineMilliWh, quarterUsed: reduction.quarterUsedMilliWh)
            #expect(answer == model(start, end, wh, daysKept: daysKept))
            if reduction.isReal { realOnes += 1 }
        }
        #expect(realOnes > 0)
    }

    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 31)) &* 0x9E37_79B9_7F4A_7C15
        }
    }
}
