import Baselines
import Contracts

extension CheckExplanation {
    /// How the order of a check was compared with other days.
    init(
        _ check: Checks.Row, _ order: OrderQuarters, _ sums: [BaselineSums], _ method: BaselineMethod,
        _ adjustment: CheckAdjustment? = nil
    ) {
        let others = sums.count == 1 ? sums[0].leftOut : Self.leftOut(sums)
        self.init(
            startsAt: check.startsAt, endsAt: check.endsAt, notUsed: others.map(DayNotUsed.init),
            gapOfReference: method.gaps.reference.rawValue, gapOfOrder: method.gaps.order.rawValue,
            parts: Set(sums.map(\.days)).count > 1 ? Self.parts(order, sums) : [], adjustment: adjustment)
    }

    /// What is not used in one part and used in another is used. Of reasons that differ the first part's is named.
    private static func leftOut(_ sums: [BaselineSums]) -> [DayLeftOut] {
        let used = Set(sums.flatMap(\.days))
        var others: [Day: DayLeftOut] = [:]
        for day in sums.flatMap(\.leftOut) where !used.contains(day.day) && others[day.day] == nil {
            others[day.day] = day
        }
        return others.values.sorted { $0.day > $1.day }
    }

    private static func parts(_ order: OrderQuarters, _ sums: [BaselineSums]) -> [Part] {
        var next = order.first
        return sums.map { part in
            defer { next = next + Int64(part.sums.count) }
            return Part(startsAt: next.startsAt, days: part.days.map(\.description))
        }
    }
}
