package import Baselines

/// What a customer would have used in each quarter hour of an order, exactly: numerator ÷ denominator tenths of a Wh in
/// a whole quarter hour.
package struct Baseline: Sendable, Hashable {
    /// The reference days, newest first: of all parts of the order, where each has its own.
    package let days: [Day]
    /// nil in a part of the order that has nothing to be compared with.
    package let numerators: [Int128?]
    package let denominator: Int128

    package init(days: [Day], numerators: [Int128?], denominator: Int128) {
        (self.days, self.numerators, self.denominator) = (days, numerators, denominator)
    }

    /// nil when there is nothing to compare with. No method averages so many days that this overflows: the denominator
    /// is at most the least common multiple of 1 to 20, where there are several numbers of days.
    package init?(_ sums: [BaselineSums]) {
        let days = sums.count == 1 ? sums[0].days : Set(sums.flatMap(\.days)).sorted { $0 > $1 }
        guard !days.isEmpty else { return nil }
        let counts = sums.map { Int128($0.days.count) }
        let denominator = counts.filter { $0 > 0 }.reduce(1, leastCommonMultiple)
        self.init(
            days: days,
            numerators: sums.flatMap { part in
                part.sums.map { part.days.isEmpty ? nil : Int128($0) * (denominator / Int128(part.days.count)) }
            }, denominator: denominator)
    }

    /// By a method that checks can go by, cut into quarter hours: an entry a part of the order that has its own choice
    /// of days. A day counts by where the order starts: an order over midnight on a Friday is compared with Thursday
    /// and Friday, one with Sunday and Monday is no reference.
    package static func sums(
        _ order: OrderQuarters, _ method: BaselineMethod, _ history: any ReadingHistory, _ days: DayRules = DayRules()
    ) throws -> [BaselineSums] {
        try Calculation(method, days, history)
            .sums(OrderTime(history.zone.minutes(of: order.range)), by: Quarter.minutes)
    }
}
