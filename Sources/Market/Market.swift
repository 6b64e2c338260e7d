package import Baselines

/// The rules of a market: which kinds of orders there are, and what each may be. Nothing but data, read from a file of
/// JSON or from a record; a higher version takes the place of a lower one.
package struct Market: Sendable, Hashable {
    /// Numbers the contents: of two markets the one with the higher version holds.
    package let version: Int64
    /// By whose clock days, windows and the grid are meant.
    package let zone: Zone
    package let kinds: [Kind]
    /// The id of the kind by whose rules an order goes whose `type` is no kind's; nil: such an order is refused.
    package let otherKinds: String?
    /// Public holidays; Saturdays and Sundays come on top.
    package let holidays: Set<Day>
    /// The last day of which it is known whether it is a holiday.
    package let holidaysUntil: Day
    /// All of it, as JSON without blanks: what records and rows carry.
    package let text: String

    /// By whose rules an order of this `type` goes; nil where it is refused.
    package func kind(of type: String) -> Kind? {
        kinds.first { $0.id == type } ?? otherKinds.flatMap { other in kinds.first { $0.id == other } }
    }

    /// Monday to Friday, and no public holiday.
    package func isWorkday(_ day: Day) -> Bool { day.isWeekday && !holidays.contains(day) }
}

/// A kind of order, such as 표준DR, with its rules from the dates on from which they hold.
package struct Kind: Sendable, Hashable {
    /// What an order's `type` says.
    package let id: String
    package let korean: String
    package let english: String
    /// Oldest first, each from another day on.
    package let rules: [KindRules]

    /// Those that hold on a day; nil before the first.
    package func rules(on day: Day) -> KindRules? { rules.last { $0.from <= day } }
}
