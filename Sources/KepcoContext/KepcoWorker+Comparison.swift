import Baselines
import Contracts
import Workers

extension KepcoWorker {
    /// What an order is compared with.
    struct Comparison {
        var sums: [BaselineSums] = []
        var baseline: Baseline?
        /// nil where the method has none.
        var adjustment: CheckAdjustment?
    }

    /// Compares an order with other days, with the customer's orders as far as they are known.
    func compare(
        _ id: ResponseID, _ order: OrderQuarters, _ rules: CheckRules, _ history: CheckHistory,
        _ transaction: Transaction
    ) throws -> Comparison {
        guard !order.shares.isEmpty else { return Comparison() }
        let others = rules.excludesOrderDays ? try otherOrders(id, order, transaction) : []
        var days = rules.days
        days.excluded = Self.days(of: others, rules.zone)
        let calculation = Calculation(rules.method, days, history)
        let time = OrderTime(rules.zone.minutes(of: order.range))
        let sums = try calculation.sums(time, by: Quarter.minutes)
        var comparison = Comparison(sums: sums, baseline: Baseline(sums))
        guard let adjustment = rules.method.adjustment else { return comparison }
        let first = Self.firstOrder(of: order, among: others, rules.zone)
        guard let baseline = comparison.baseline else {
            comparison.adjustment = CheckAdjustment(adjustment, nil, first?.order)
            return comparison
        }
        let amount = try calculation.adjustment(
            first.map { OrderTime(rules.zone.minutes(of: $0.quarters)) } ?? time)
        if let amount {
            comparison.baseline = baseline.adjusted(
                by: amount, adjustment.caps, parts: order.parts(rules.method.interval, rules.zone))
        }
        comparison.adjustment = CheckAdjustment(adjustment, amount, first?.order)
        return comparison
    }

    /// The day's first order, whose adjustment holds for those behind it: one that starts before this one, and does not
    /// end behind it. nil where this one is the first.
    private static func firstOrder(
        of order: OrderQuarters, among others: [AcceptedOrder], _ zone: Zone
    ) -> AcceptedOrder? {
        let earlier = others.filter {
            $0.quarters.lowerBound < order.first && $0.quarters.upperBound <= order.range.upperBound
                && zone.day(of: $0.quarters.lowerBound) == zone.day(of: order.first)
        }
        // Of two that begin together the shorter one, whichever is noted first.
        return earlier.min {
            ($0.quarters.lowerBound, $0.quarters.upperBound) < ($1.quarters.lowerBound, $1.quarters.upperBound)
        }
    }
}

extension CheckAdjustment {
    fileprivate init(_ adjustment: Adjustment, _ amount: BaselineResult.Amount?, _ first: OrderID?) {
        func parts(_ kind: Adjustment.Kind, _ count: Int64) -> Int64? {
            amount?.kind == kind ? amount.map { ($0.value * Fraction(count)).rounded } : nil
        }
        self.init(
            kind: adjustment.kind.rawValue, hourMilliWh: parts(.additive, 100),
            factorMillionths: parts(.ratio, 1_000_000),
            whyNone: amount == nil
                ? "readings of its windows are missing, or there is no reference day with a use there" : nil,
            order: first)
    }
}
