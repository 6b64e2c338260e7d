/// A day that a method has looked at and does not average.
package struct DayLeftOut: Sendable, Hashable {
    package let day: Day
    package let why: Why

    init(_ day: Day, _ why: Why) { (self.day, self.why) = (day, why) }

    package enum Why: Sendable, Hashable {
        /// It can be no reference, whatever its use.
        case weekend, holiday, workday, excluded
        /// It would reach into the order.
        case order
        /// Readings are missing.
        case gap
        /// By the use rule of this name.
        case dropped(String)
        /// There are more references than are averaged.
        case lowest, highest

        package var name: String {
            switch self {
            case .weekend: "weekend"
            case .holiday: "holiday"
            case .workday: "working day"
            case .excluded: "order day"
            case .order: "reaches into the order"
            case .gap: "gap"
            case .dropped(let rule): rule
            case .lowest: "lowest use"
            case .highest: "highest use"
            }
        }
    }
}

extension Candidates {
    /// The days that are not averaged, back to the oldest that was a reference or was dropped, newest first.
    func leftOut(_ selection: Selection) -> [DayLeftOut] {
        let dropped = selection.notUsed + selection.outranked
        guard let oldest = (selection.references.map(\.day) + dropped.map(\.day)).min() else { return [] }
        let taken = Set(selection.references.map(\.day))
        let furthest = order.day.number - oldest.number
        guard method.newestDaysBefore <= furthest else { return dropped }
        let ineligible = (method.newestDaysBefore...furthest).compactMap { daysBefore in
            obstacle(daysBefore).map { DayLeftOut(order.day - daysBefore, $0) }
        }
        return (dropped + ineligible.filter { !taken.contains($0.day) }).sorted { $0.day > $1.day }
    }
}
