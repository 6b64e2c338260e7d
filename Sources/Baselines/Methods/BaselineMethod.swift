/// How a market tells what a customer would have used: nothing but data. The engine is `Calculation`.
package struct BaselineMethod: Sendable, Hashable {
    package var name: String
    /// Which days can be references.
    package var dayType: DayType
    /// How many reference days are wanted.
    package var days: Int
    /// Which of them are averaged.
    package var keep: Keep
    /// By what they are ranked.
    package var rank: Rank
    package var lookBack: LookBack
    /// What of a day is compared.
    package var measure: Measure
    /// Rules that drop days by their use, one after the other.
    package var useRules: [UseRule]
    package var shortage: Shortage
    package var gaps: GapRule
    package var adjustment: Adjustment?
    /// The market's interval, in minutes: an order is cut by it.
    package var interval: Int64
    /// The newest reference is so many days before the order: 2 leaves the day before out.
    package var newestDaysBefore: Int64
    /// Whether the order's own day is averaged with the others: of windows outside the order only.
    package var includesOrderDay: Bool

    package init(
        _ name: String, dayType: DayType = .weekdays, days: Int, keep: Keep, rank: Rank = .event,
        lookBack: LookBack = .kept, measure: Measure = .sameTime, useRules: [UseRule] = [],
        shortage: Shortage = .fewer, gaps: GapRule = .init(), adjustment: Adjustment? = nil, interval: Int64 = 60,
        newestDaysBefore: Int64 = 1, includesOrderDay: Bool = false
    ) {
        precondition(days >= 0 && interval > 0 && newestDaysBefore > 0)
        (self.name, self.dayType, self.days, self.keep, self.rank) = (name, dayType, days, keep, rank)
        (self.lookBack, self.measure, self.useRules, self.shortage) = (lookBack, measure, useRules, shortage)
        (self.gaps, self.adjustment, self.interval) = (gaps, adjustment, interval)
        (self.newestDaysBefore, self.includesOrderDay) = (newestDaysBefore, includesOrderDay)
    }

    /// For each quarter hour of an order the mean of the same quarter hour on the latest weekdays before it, at most
    /// `limit`, that have readings for all of them. Knows of no holidays and no orders. With a gap in the order nothing
    /// counts.
    package static func meanOfWeekdays(_ limit: Int) -> Self {
        Self(
            "mean of up to \(limit) earlier weekdays", days: limit, keep: .all, gaps: GapRule(order: .customer),
            interval: 15)
    }
}

extension BaselineMethod {
    package enum DayType: String, Sendable, CaseIterable {
        /// Monday to Friday without public holidays.
        case weekdays
        /// Saturdays, Sundays and public holidays.
        case holidays
        case all
    }

    package enum Keep: Sendable, Hashable {
        case all
        case top(Int)
        /// The lowest and the highest are dropped in turn, the lowest first, as long as there are more than these.
        case middle(Int)
    }

    package enum Rank: String, Sendable, CaseIterable {
        /// Each interval of the order has its own reference days, by the use in it.
        case hour
        /// One choice of days for the whole order, by the use in it.
        case event
        /// One choice, by the whole day's use.
        case day
    }

    package enum LookBack: Sendable, Hashable {
        /// So many days of the type, without excluded ones. All of them are looked at.
        case eligibleDays(Int)
        /// No further than needed, and so many days of the calendar at most.
        case calendarDays(Int64)
        /// As far back as readings are kept.
        case kept
    }

    package enum Measure: Sendable, Hashable {
        /// The use in the same intervals.
        case sameTime
        /// The mean use of other times, such as the hours before the order.
        case windows([Window])
        /// The highest interval in the order's time, with which the order's own highest is compared.
        case highest
    }

    package enum Shortage: Sendable, Hashable {
        /// What there is is averaged.
        case fewer
        /// Days that use rules dropped come back until there are as many as wanted: the last rule's first, the newest
        /// first.
        case bringBack
        /// With fewer than this many, days excluded for orders are taken, those with the highest use first.
        case highestExcluded(Int)
    }

    /// What a missing reading means.
    package struct GapRule: Sendable, Hashable {
        package enum Reference: String, Sendable, CaseIterable { case leaveOut, zero }
        package enum Order: String, Sendable, CaseIterable { case hour, customer }

        /// Of a reference day: the day is left out where the gap is, or each missing reading counts as 0.
        package var reference: Reference
        /// Of the order: its hour does not count, or the customer does not.
        package var order: Order

        package init(reference: Reference = .leaveOut, order: Order = .hour) {
            (self.reference, self.order) = (reference, order)
        }
    }
}
