package import Baselines
import Contracts

/// What a customer reduced during an order: baseline − use over the time that the order covers. Computed exactly, in Wh
/// times ms over a common denominator, and rounded once, at the end, halves away from zero. Baseline and use are
/// rounded on their own, for people to see.
package struct Reduction: Sendable, Hashable {
    package let baselineWh: Int64
    package let usedWh: Int64
    /// 0 when use or baseline is not known.
    package let reducedWh: Int64
    /// Why it does not count; nil when it does.
    package let reason: String?
    /// The reference days, newest first.
    package let days: [Day]
    /// Of each quarter hour the order's share, in thousandths of a Wh; nil where nothing is known.
    package let quarterBaselineMilliWh: [Int64?]
    package let quarterUsedMilliWh: [Int64?]

    package var isReal: Bool { reason == nil }

    /// `used` is Wh of each whole quarter hour of the order, nil without a reading.
    package init(_ order: OrderQuarters, used: [Int64?], baseline: Baseline?) {
        let denominator = baseline?.denominator ?? 1
        let whole = Int128(denominator) * Int128(Quarter.milliseconds)
        // Both in Wh × ms × denominator.
        let quarterBaseline = order.shares.indices.map { position in
            baseline.map { Int128($0.numerators[position]) * Int128(order.shares[position]) }
        }
        let quarterUsed = order.shares.indices.map { position in
            used[position].map { Int128($0) * Int128(denominator) * Int128(order.shares[position]) }
        }
        let baselineSum = quarterBaseline.reduce(0) { $0 + ($1 ?? 0) }
        let usedSum = quarterUsed.reduce(0) { $0 + ($1 ?? 0) }
        let isKnown = baseline != nil && !used.contains(nil)

        baselineWh = nearest(baselineSum, over: whole)
        usedWh = nearest(usedSum, over: whole)
        reducedWh = isKnown ? nearest(baselineSum - usedSum, over: whole) : 0
        days = baseline?.days ?? []
        quarterBaselineMilliWh = quarterBaseline.map { $0.map { nearest($0 * 1000, over: whole) } }
        quarterUsedMilliWh = quarterUsed.map { $0.map { nearest($0 * 1000, over: whole) } }
        reason =
            if order.shares.isEmpty {
                "the order covered no time"
            } else if used.contains(nil) {
                Self.missing(order, used)
            } else if baseline == nil {
                "no reference day: no earlier weekday has readings for all of the order's quarter hours"
            } else if reducedWh <= 0 {
                "nothing was reduced"
            } else {
                nil
            }
    }

    /// Points of a reduction, in whole ones, halves up; none for one that does not count.
    package func points(milliPointsPerWh: Int64) -> Int64 {
        guard isReal else { return 0 }
        let points = nearest(Int128(reducedWh) * Int128(milliPointsPerWh), over: 1000)
        return min(max(points, 0), Limits.points.upperBound)
    }

    /// Says which quarter hours have no reading: the first two stretches, and how many there are behind them. A reason
    /// holds 200 bytes.
    private static func missing(_ order: OrderQuarters, _ used: [Int64?]) -> String {
        var stretches: [Range<Quarter>] = []
        for (quarter, wh) in zip(order.quarters, used) where wh == nil {
            if let last = stretches.last, last.upperBound == quarter {
                stretches[stretches.count - 1] = last.lowerBound..<(quarter + 1)
            } else {
                stretches.append(quarter..<(quarter + 1))
            }
        }
        let named = stretches.prefix(2).map { "from \($0.lowerBound.startsAt) to \($0.upperBound.startsAt)" }
        let more = stretches.dropFirst(2).reduce(0) { $0 + $1.upperBound.number - $1.lowerBound.number }
        return "no readings \(named.joined(separator: " and "))"
            + (more == 0 ? "" : " and of \(more) more quarter hour\(more == 1 ? "" : "s")")
    }
}
