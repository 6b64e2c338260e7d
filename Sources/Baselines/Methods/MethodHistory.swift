/// Numbers hold from a date on: the methods of a market or a customer one after the other.
package struct MethodHistory: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package let from: Day
        package let method: BaselineMethod

        package init(from: Day, _ method: BaselineMethod) { (self.from, self.method) = (from, method) }
    }

    /// Oldest first.
    private let entries: [Entry]

    /// Of two from the same day the latter holds.
    package init(_ entries: [Entry]) {
        self.entries = entries.enumerated()
            .sorted { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }.map(\.element)
    }

    /// nil before the first.
    package subscript(day: Day) -> BaselineMethod? { entries.last { $0.from <= day }?.method }
}
