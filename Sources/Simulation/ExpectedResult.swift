package import Contracts

/// What has to come out for one customer, found from the plan and the readings with code of its own: nothing here is the
/// contexts'.
package struct ExpectedResult: Sendable, Hashable {
    /// Of a check.
    package struct Outcome: Sendable, Hashable {
        /// The reference days, newest first, as 2026-11-20.
        package var days: [String]
        package var baselineWh: Int64
        package var usedWh: Int64
        package var reducedWh: Int64
        package var isReal: Bool
        package var points: Int64

        package init(
            days: [String], baselineWh: Int64, usedWh: Int64, reducedWh: Int64, isReal: Bool, points: Int64
        ) {
            (self.days, self.baselineWh, self.usedWh) = (days, baselineWh, usedWh)
            (self.reducedWh, self.isReal, self.points) = (reducedWh, isReal, points)
        }
    }

    package let answer: Answer
    /// nil for those who are not checked.
    package let outcome: Outcome?

    /// - Parameters:
    ///   - startsAt: the order's, as DRstarted has it.
    ///   - endsAt: the order's, as DrEnded has it.
    package init(
        _ customer: SimulatedCustomer, _ meter: Meter, startsAt: Timestamp, endsAt: Timestamp, rule: CheckRule = .init()
    ) {
        answer = customer.answer
        outcome =
            answer == .accept
            ? Self.outcome(startsAt: startsAt, endsAt: endsAt, rule: rule, reading: meter.reading) : nil
    }

    /// The rule: of each quarter hour, by the share of it that the order covers, the mean of the same quarter hour on the latest
    /// weekdays before (at most 10 by default, of the last 90 days) that have a reading for all of the order's quarter hours, less what
    /// was used. Rounded once, halves away from zero. What was not reduced earns nothing.
    package static func outcome(
        startsAt: Timestamp, endsAt: Timestamp, rule: CheckRule = .init(), reading: (_ quarter: Int64) -> Int64?
    ) -> Outcome {
        let first = KoreanTime.quarter(startsAt)
        var weights: [Int64] = []
        var position = startsAt.milliseconds
        while position < endsAt.milliseconds {
            let next = min((position / 900_000 + 1) * 900_000, endsAt.milliseconds)
            weights.append(next - position)
            position = next
        }
        func weighted(daysBefore: Int64) -> Int64? {
            var sum: Int64 = 0
            for (offset, weight) in weights.enumerated() {
                guard let wh = reading(first + Int64(offset) - 96 * daysBefore) else { return nil }
                sum += wh * weight
            }
            return sum
        }

        var days: [Int64] = []
        var total: Int64 = 0
        var back: Int64 = 0
        while back < 90, days.count < rule.referenceDays {
            back += 1
            let day = KoreanTime.day(ofQuarter: first) - back
            guard KoreanTime.isWeekday(day), let sum = weighted(daysBefore: back) else { continue }
            days.append(day)
            total += sum
        }

        let used = weighted(daysBefore: 0)
        let count = max(Int64(days.count), 1)
        let reduced = days.isEmpty ? nil : used.map { divide(total - $0 * count, by: count * 900_000) }
        let isReal = (reduced ?? 0) > 0
        return Outcome(
            days: days.map(KoreanTime.text), baselineWh: divide(total, by: count * 900_000),
            usedWh: divide(used ?? 0, by: 900_000), reducedWh: reduced ?? 0, isReal: isReal,
            points: isReal ? divide((reduced ?? 0) * rule.milliPointsPerWh, by: 1000) : 0)
    }

    /// The nearest whole number, halves away from zero.
    static func divide(_ number: Int64, by divisor: Int64) -> Int64 {
        number < 0 ? -divide(-number, by: divisor) : (number * 2 + divisor) / (divisor * 2)
    }
}
