import Time

/// A date, as the market's zone has it.
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let minutes: Int64 = 1440

    /// Days since 1970-01-01.
    package let number: Int64

    package init(number: Int64) { self.number = number }

    /// The day of a minute of the market's clock.
    package init(of minute: Int64) { number = minute / Self.minutes }

    /// nil when the text is no date, as 2026-11-20.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            let year = Int64(String(parts[0]) ?? ""), let month = Int64(String(parts[1]) ?? ""),
            let day = Int64(String(parts[2]) ?? ""), (2000...2099).contains(year), (1...12).contains(month),
            (1...31).contains(day)
        else { return nil }
        number = ISO8601.days(year: year, month: month, day: day)
        guard ISO8601.date(days: number) == (year, month, day) else { return nil }
    }

    /// Monday to Friday. 1970-01-01 was a Thursday.
    package var isWeekday: Bool { (number + 3) % 7 < 5 }

    /// By the market's clock, all of it.
    package var allDay: Minutes { (number * Self.minutes)..<((number + 1) * Self.minutes) }

    /// 2026-11-20.
    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    package func append(to bytes: inout [UInt8]) { ISO8601.append(ISO8601.date(days: number), to: &bytes) }

    package static func < (one: Self, other: Self) -> Bool { one.number < other.number }
    package static func - (day: Self, count: Int64) -> Self { Self(number: day.number - count) }
}
