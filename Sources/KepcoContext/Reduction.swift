package import Baselines
package import Contracts

/// What a customer reduced during an order: baseline − use over the time that the order covers. Computed exactly, in
/// tenths of a Wh times ms over a common denominator, and rounded once, at the end, halves away from zero. Baseline and
/// use are rounded on their own, for people to see; where parts of the order do not count, over those that do. Quarter
/// hours that are another order's do not, and what is missing there does no harm.
package struct Reduction: Sendable, Hashable {
    package let baselineWh: Int64
    package let usedWh: Int64
    /// 0 when use or baseline is not known.
    package let reducedWh: Int64
    /// Why it does not count; nil when it does.
    package let reason: String?
    /// Whether something of it counts, though nothing may have been reduced.
    package let isCounted: Bool
    /// The reference days, newest first: of all parts of the order, where each has its own.
    package let days: [Day]
    /// Of each quarter hour the order's share, in thousandths of a Wh; nil where nothing is known.
    package let quarterBaselineMilliWh: [Int64?]
    package let quarterUsedMilliWh: [Int64?]

    package var isReal: Bool { reason == nil }

    /// - Parameters:
    ///   - used: tenths of a Wh of each whole quarter hour of the order, nil without a reading.
    ///   - gaps: what does not count where a reading is missing.
    ///   - parts: the method's intervals, as positions of quarter hours: each counts or does not. nil: the whole order.
    ///   - countedFor: what of the order is other orders'.
    package init(
        _ order: OrderQuarters, used: [Int64?], baseline: Baseline?, gaps: BaselineMethod.GapRule.Order = .customer,
        parts: [Range<Int>]? = nil, countedFor: [CountedFor] = []
    ) {
        let denominator = baseline?.denominator ?? 1
        let baselines = baseline?.numerators ?? [Int128?](repeating: nil, count: order.count)
        let uses = used.map { $0.map { Int128($0) * denominator } }
        let others = order.positions(of: countedFor)
        let own = used.enumerated().map { others.contains($0.offset) ? 0 : $0.element }
        let isLeftOut = gaps == .customer && own.contains(nil)
        let counted = (parts ?? [order.shares.indices]).map { $0.filter { !others.contains($0) } }.filter { part in
            !isLeftOut && !part.isEmpty && part.allSatisfy { baselines[$0] != nil && uses[$0] != nil }
        }
        // Where nothing counts, what is known is shown.
        let shown =
            counted.isEmpty ? order.shares.indices.filter { !others.contains($0) } : Array(counted.joined())
        func sum(_ positions: some Sequence<Int>, _ wh: (Int) -> Int128) -> ExactSum {
            var sum = ExactSum(over: denominator)
            for position in positions { sum.add(wh(position), share: order.shares[position]) }
            return sum
        }
        func milli(_ numerators: [Int128?]) -> [Int64?] {
            numerators.enumerated().map { position, numerator in
                numerator.map { numerator in sum(CollectionOfOne(position)) { _ in numerator }.rounded(partsPerWh: 1000)
                }
            }
        }

        baselineWh = sum(shown) { baselines[$0] ?? 0 }.rounded()
        usedWh = sum(shown) { uses[$0] ?? 0 }.rounded()
        reducedWh = counted.isEmpty ? 0 : sum(shown) { (baselines[$0] ?? 0) - (uses[$0] ?? 0) }.rounded()
        isCounted = !counted.isEmpty
        days = baseline?.days ?? []
        (quarterBaselineMilliWh, quarterUsedMilliWh) = (milli(baselines), milli(uses))
        let isTaken = !order.shares.isEmpty && others.count == order.count
        reason =
            isTaken
            ? Self.taken(countedFor) : Self.reason(order, own, isCounted: !counted.isEmpty, reducedWh)
    }

    /// All of the order is other orders'.
    private static func taken(_ stretches: [CountedFor]) -> String {
        let others = Set(stretches.map(\.order)).count - 1
        let first = stretches.first.map { "\($0.order)" } ?? ""
        return "all of its quarter hours are counted for order \(first)"
            + (others > 0 ? " and \(others) other\(others == 1 ? "" : "s")" : "")
    }

    /// - Parameter used: 0 where it is another order's.
    private static func reason(
        _ order: OrderQuarters, _ used: [Int64?], isCounted: Bool, _ reducedWh: Int64
    ) -> String? {
        if order.shares.isEmpty { return "the order covered no time" }
        if !isCounted, used.contains(nil) { return missing(order, used) }
        if !isCounted {
            return "no reference day: no earlier weekday has readings for all of the order's quarter hours"
        }
        return reducedWh <= 0 ? "nothing was reduced" : nil
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
