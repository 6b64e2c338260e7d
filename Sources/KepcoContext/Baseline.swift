package import Baselines

/// What a customer would have used in each quarter hour of an order, exactly: numerator ÷ denominator Wh in a whole
/// quarter hour.
package struct Baseline: Sendable, Hashable {
    /// The reference days, newest first.
    package let days: [Day]
    package let numerators: [Int64]
    package let denominator: Int64

    package init(days: [Day], numerators: [Int64], denominator: Int64) {
        (self.days, self.numerators, self.denominator) = (days, numerators, denominator)
    }

    /// nil when there is nothing to compare with.
    package init?(_ sums: BaselineSums) {
        guard !sums.days.isEmpty else { return nil }
        self.init(days: sums.days, numerators: sums.sums, denominator: Int64(sums.days.count))
    }

    /// By the method, which has to cut an order into quarter hours. A day counts by where the order starts: an order
    /// over midnight on a Friday is compared with Thursday and Friday, one with Sunday and Monday is no reference.
    package static func sums(
        _ order: OrderQuarters, _ method: BaselineMethod, _ history: any ReadingHistory
    ) throws -> BaselineSums {
        precondition(method.interval == Quarter.minutes, "not by quarter hours")
        return try Calculation(method, DayRules(), history).sums(OrderTime(history.zone.minutes(of: order.range)))
    }
}
