import Baselines
package import Contracts

/// The quarter hours that an order touches, and how much of each it covers.
package struct OrderQuarters: Sendable, Hashable {
    package let first: Quarter
    /// Of each quarter hour, the ms that the order covers: all 900,000 but in the first and the last. Empty when it
    /// covers no time.
    package let shares: [Int64]

    /// nil when the order touches more quarter hours than a week has.
    package init?(startsAt: Timestamp, endsAt: Timestamp) {
        let range = Self.range(startsAt: startsAt, endsAt: endsAt)
        first = range.lowerBound
        guard range.upperBound.number - first.number <= Limits.readings else { return nil }
        shares = (first.number..<range.upperBound.number).map { number in
            let start = max(startsAt, Quarter(number: number).startsAt)
            let end = min(endsAt, Quarter(number: number + 1).startsAt)
            return end.milliseconds - start.milliseconds
        }
    }

    package var count: Int { shares.count }
    package var range: Range<Quarter> { first..<(first + Int64(count)) }
    package var quarters: [Quarter] { shares.indices.map { first + Int64($0) } }

    /// The quarter hours that an order touches, none when it covers no time; the shares take longer.
    package static func range(startsAt: Timestamp, endsAt: Timestamp) -> Range<Quarter> {
        let first = Quarter(at: startsAt)
        guard endsAt > startsAt else { return first..<first }
        return first..<(Quarter(at: Timestamp(milliseconds: endsAt.milliseconds - 1)) + 1)
    }

    /// The intervals that the order touches, as positions of its quarter hours, cut at whole multiples of so many
    /// minutes of a clock.
    func parts(_ interval: Int64, _ zone: Zone) -> [Range<Int>] {
        guard !shares.isEmpty else { return [] }
        let minutes = zone.minutes(of: range)
        func position(_ minute: Int64) -> Int { Int((minute - minutes.lowerBound) / Quarter.minutes) }
        return minutes.split(interval).map { position($0.lowerBound)..<position($0.upperBound) }
    }

    /// The positions of its quarter hours that are counted for other orders.
    func positions(of stretches: [CountedFor]) -> Set<Int> {
        CountedFor.positions(of: stretches, from: first.startsAt, count: count)
    }

    /// The same quarter hours so many days before.
    package func range(daysBefore days: Int64) -> Range<Quarter> {
        let earlier = first - days * Quarter.perDay
        return earlier..<(earlier + Int64(count))
    }
}
