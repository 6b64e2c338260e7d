package import Contracts

/// The quarter hours that an order touches, and how much of each it covers.
package struct OrderQuarters: Sendable, Hashable {
    package let first: Quarter
    /// Of each quarter hour, the ms that the order covers: all 900,000 but in the first and the last. Empty when it covers no time.
    package let shares: [Int64]

    /// nil when the order touches more quarter hours than a week has.
    package init?(startsAt: Timestamp, endsAt: Timestamp) {
        first = Quarter(at: startsAt)
        guard endsAt > startsAt else {
            shares = []
            return
        }
        let last = Quarter(at: Timestamp(milliseconds: endsAt.milliseconds - 1))
        let count = last.number - first.number + 1
        guard count <= Limits.readings else { return nil }
        shares = (first.number...last.number).map { number in
            let start = max(startsAt, Quarter(number: number).startsAt)
            let end = min(endsAt, Quarter(number: number + 1).startsAt)
            return end.milliseconds - start.milliseconds
        }
    }

    package var count: Int { shares.count }
    package var quarters: [Quarter] { shares.indices.map { first + Int64($0) } }

    /// The same quarter hours so many days before.
    package func quarters(daysBefore days: Int64) -> [Quarter] {
        shares.indices.map { first + (Int64($0) - days * Quarter.perDay) }
    }

    package func touches(_ quarters: Range<Quarter>) -> Bool {
        first < quarters.upperBound && quarters.lowerBound < first + Int64(count)
    }
}
