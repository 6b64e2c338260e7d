package import Contracts

/// What has to come out for one customer, by the plan: his answer, and what he has used beside what he would have used.
/// Nothing here decides how a baseline is found.
package struct ExpectedResult: Sendable, Hashable {
    /// Of a check.
    package struct Outcome: Sendable, Hashable {
        package var baselineWh: Int64
        package var usedWh: Int64
        package var reducedWh: Int64
        package var isReal: Bool
        package var points: Int64

        package init(baselineWh: Int64, usedWh: Int64, reducedWh: Int64, isReal: Bool, points: Int64) {
            (self.baselineWh, self.usedWh, self.reducedWh) = (baselineWh, usedWh, reducedWh)
            (self.isReal, self.points) = (isReal, points)
        }
    }

    package let answer: Answer
    /// nil for those who are not checked.
    package private(set) var outcome: Outcome?
    /// To which he belongs, and how it has chosen that its customers are checked; nil where he belongs to none, or it
    /// leaves that to its kind.
    package let (resource, method): (ResourceID?, String?)
    /// Whether his points are a part of those of his resource.
    package let isShared: Bool

    /// - Parameters:
    ///   - startsAt: the order's, as DRstarted has it.
    ///   - endsAt: the order's, as DrEnded has it.
    ///   - milliPointsPerWh: as the kepco daemons have it.
    package init(
        _ customer: SimulatedCustomer, _ meter: Meter, startsAt: Timestamp, endsAt: Timestamp,
        milliPointsPerWh: Int64 = 1000, of resource: SimulatedResource? = nil, areShared: Bool = false
    ) {
        answer = customer.answer
        (self.resource, method, isShared) = (resource?.id, resource?.method, areShared && resource != nil)
        guard answer == .accept else {
            outcome = nil
            return
        }
        let isKnown = customer.daysOfReadings > 0
        let baseline = isKnown ? Self.energy(startsAt, endsAt, meter.usualTenths) : 0
        let used = Self.energy(startsAt, endsAt) { meter.tenths($0) ?? 0 }
        let unit = 10 * KoreanTime.quarterMilliseconds
        let reduced = isKnown ? Self.divide(baseline - used, by: unit) : 0
        outcome = Outcome(
            baselineWh: Self.divide(baseline, by: unit), usedWh: Self.divide(used, by: unit), reducedWh: reduced,
            isReal: reduced > 0, points: reduced > 0 ? Self.divide(reduced * milliPointsPerWh, by: 1000) : 0)
    }

    /// With points that he has of his resource's.
    mutating func share(_ points: Int64) { outcome?.points = points }

    /// Tenths of a Wh in a quarter hour times ms, from one moment to another.
    private static func energy(
        _ start: Timestamp, _ end: Timestamp, _ tenths: (_ quarter: Int64) -> Int64
    ) -> Int64 {
        var (sum, position): (Int64, Int64) = (0, start.milliseconds)
        while position < end.milliseconds {
            let quarter = KoreanTime.quarter(Timestamp(milliseconds: position))
            let next = min(KoreanTime.start(ofQuarter: quarter + 1).milliseconds, end.milliseconds)
            sum += tenths(quarter) * (next - position)
            position = next
        }
        return sum
    }

    /// The nearest whole number, halves away from zero.
    static func divide(_ number: Int64, by divisor: Int64) -> Int64 {
        number < 0 ? -divide(-number, by: divisor) : (number * 2 + divisor) / (divisor * 2)
    }
}
