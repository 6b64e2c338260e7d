import JSON

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

    func append(to bytes: inout [UInt8]) {
        let date = ISO8601.date(days: number)
        func append(_ number: Int64, _ weights: [Int64]) {
            for weight in weights { bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / weight % 10)) }
        }
        append(date.year, [1000, 100, 10, 1])
        bytes.append(UInt8(ascii: "-"))
        append(date.month, [10, 1])
        bytes.append(UInt8(ascii: "-"))
        append(date.day, [10, 1])
    }

    package static func < (one: Self, other: Self) -> Bool { one.number < other.number }
    package static func - (day: Self, count: Int64) -> Self { Self(number: day.number - count) }
}
