package import Contracts

/// A quarter hour, counted from 1970: what one reading is about. Zones are whole quarter hours away from UTC, so the
/// grid is the same everywhere.
package struct Quarter: Hashable, Comparable, Sendable {
    package static let minutes: Int64 = 15
    package static let milliseconds: Int64 = 900_000
    package static let perDay: Int64 = 96

    package let number: Int64

    package init(number: Int64) { self.number = number }

    /// The one that the time lies in.
    package init(at time: Timestamp) { number = time.milliseconds / Self.milliseconds }

    /// nil when none starts at that time.
    package init?(startsAt: Timestamp) {
        guard startsAt.milliseconds.isMultiple(of: Self.milliseconds) else { return nil }
        self.init(at: startsAt)
    }

    package var startsAt: Timestamp { Timestamp(milliseconds: number * Self.milliseconds) }

    package static func < (one: Self, other: Self) -> Bool { one.number < other.number }
    package static func + (quarter: Self, count: Int64) -> Self { Self(number: quarter.number + count) }
    package static func - (quarter: Self, count: Int64) -> Self { Self(number: quarter.number - count) }
}
