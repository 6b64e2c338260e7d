/// A way to tell what a customer would have used. Markets have several, so it is a value: a name that goes into each
/// check, and a function without state.
package struct BaselineMethod: Sendable {
    package let name: String
    /// nil when there is nothing to compare with.
    package let baseline: @Sendable (OrderQuarters, any ReadingHistory) throws -> Baseline?

    package init(
        _ name: String, _ baseline: @escaping @Sendable (OrderQuarters, any ReadingHistory) throws -> Baseline?
    ) {
        (self.name, self.baseline) = (name, baseline)
    }

    /// For each quarter hour of the order the mean of the same quarter hour on the latest weekdays before it, at most
    /// `limit`, that have readings for all of them. A day counts by where the order starts: an order over midnight on a
    /// Friday is compared with Thursday and Friday, one with Sunday and Monday is no reference. A reference that would
    /// reach into the order itself is none either.
    package static func meanOfWeekdays(_ limit: Int) -> Self {
        precondition(limit > 0)
        return Self("mean of up to \(limit) earlier weekdays") { order, history in
            let orderDay = history.zone.day(of: order.first)
            var days: [Day] = []
            var sums = [Int64](repeating: 0, count: order.count)
            for daysBefore in stride(from: 1, through: history.daysKept, by: 1) where days.count < limit {
                let day = orderDay - daysBefore
                guard day.isWeekday, order.count <= daysBefore * Quarter.perDay,
                    let wh = try history.all(order.range(daysBefore: daysBefore))
                else { continue }
                days.append(day)
                for position in sums.indices { sums[position] += wh[position] }
            }
            return days.isEmpty ? nil : Baseline(days: days, numerators: sums, denominator: Int64(days.count))
        }
    }
}

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
}

extension ReadingHistory {
    package func all(_ quarters: Range<Quarter>) throws -> [Int64]? {
        var all: [Int64] = []
        for number in quarters.lowerBound.number..<quarters.upperBound.number {
            guard let wh = try wh(Quarter(number: number)) else { return nil }
            all.append(wh)
        }
        return all
    }
}
