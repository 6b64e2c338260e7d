import Time

/// A date, as the market's zone has it.
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    package let number: Int64

    package init(number: Int64) { self.number = number }

    /// Monday to Friday. 1970-01-01 was a Thursday.
    package var isWeekday: Bool { (number + 3) % 7 < 5 }

    /// 2026-11-20.
    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to bytes: inout [UInt8]) { ISO8601.append(ISO8601.date(days: number), to: &bytes) }

    package static func < (one: Self, other: Self) -> Bool { one.number < other.number }
    package static func - (day: Self, count: Int64) -> Self { Self(number: day.number - count) }
}
