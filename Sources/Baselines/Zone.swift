package import Contracts

/// The market's zone: a fixed offset from UTC, without summer time.
package struct Zone: Sendable, Hashable {
    /// Minutes ahead of UTC; whole quarter hours.
    package let offset: Int64

    package static let korea = Zone(utcOffset: .seconds(9 * 3600))

    /// The offset has to be whole quarter hours, as all zones' are.
    package init(utcOffset: Duration) {
        precondition(utcOffset.milliseconds.isMultiple(of: 900_000), "the offset is not whole quarter hours")
        offset = utcOffset.milliseconds / 60_000
    }

    /// The minute that the time lies in, counted from 1970 by the market's clock.
    package func minute(of time: Timestamp) -> Int64 { time.milliseconds / 60_000 + offset }
}

/// Minutes of the market's clock, counted from 1970.
package typealias Minutes = Range<Int64>

extension Minutes {
    package static func + (minutes: Self, count: Int64) -> Self {
        (minutes.lowerBound + count)..<(minutes.upperBound + count)
    }

    package static func - (minutes: Self, count: Int64) -> Self { minutes + -count }

    /// Cut at whole multiples of `interval` on the clock.
    package func split(_ interval: Int64) -> [Self] {
        var parts: [Self] = []
        var start = lowerBound
        while start < upperBound {
            let end = Swift.min(upperBound, (start / interval + 1) * interval)
            parts.append(start..<end)
            start = end
        }
        return parts
    }
}
