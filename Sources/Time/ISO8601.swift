/// Times as text: 2026-11-21T09:00:00Z, 2026-11-21T18:00+09:00, with or without seconds and a fraction, always with a
/// zone. Dates that do not exist are no times.
package enum ISO8601 {
    /// From 2000 to the end of 2099, in ms since 1970: whatever lies outside is a mistake, and arithmetic within is
    /// safe.
    package static let bounds: ClosedRange<Int64> = 946_684_800_000...4_102_444_799_999

    /// Days since 1970 of a date in the Gregorian calendar, which must exist.
    package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The date that is so many days after 1970-01-01.
    package static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// A time in UTC; the fraction is left out where it is zero.
    package static func text(_ milliseconds: Int64) -> String {
        let digits = Digits(milliseconds, isPrecise: milliseconds % 1000 != 0)
        return unsafe digits.bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Appends a time in UTC, of the years 1 to 9999.
    /// - Parameter isPrecise: whether with milliseconds.
    package static func append(_ milliseconds: Int64, isPrecise: Bool, to bytes: inout [UInt8]) {
        let digits = Digits(milliseconds, isPrecise: isPrecise)
        unsafe digits.bytes.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    /// A time in UTC, of the years 1 to 9999, as text without memory of its own: rows and events are full of them.
    package struct Digits {
        private var digits: InlineArray<24, UInt8>
        private let count: Int

        /// - Parameter isPrecise: whether with milliseconds.
        package init(_ milliseconds: Int64, isPrecise: Bool) {
            let days = (milliseconds - (milliseconds < 0 ? 86_399_999 : 0)) / 86_400_000
            let rest = milliseconds - days * 86_400_000
            let date = date(days: days)
            digits = [
                0x30, 0x30, 0x30, 0x30, 0x2D, 0x30, 0x30, 0x2D, 0x30, 0x30, 0x54, 0x30, 0x30, 0x3A, 0x30, 0x30, 0x3A,
                0x30, 0x30, 0x2E, 0x30, 0x30, 0x30, 0x5A,
            ]
            count = isPrecise ? 24 : 20
            set(0, date.year / 100)
            set(2, date.year % 100)
            set(5, date.month)
            set(8, date.day)
            set(11, rest / 3_600_000)
            set(14, rest / 60_000 % 60)
            set(17, rest / 1000 % 60)
            guard isPrecise else {
                digits[19] = UInt8(ascii: "Z")
                return
            }
            digits[20] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 1000 / 100)
            set(21, rest % 100)
        }

        package var bytes: Span<UInt8> {
            @_lifetime(borrow self)
            get { digits.span.extracting(..<count) }
        }

        private mutating func set(_ place: Int, _ number: Int64) {
            digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10 % 10)
            digits[place + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
        }
    }

    /// Appends a date, as 2026-11-20.
    package static func append(_ date: (year: Int64, month: Int64, day: Int64), to bytes: inout [UInt8]) {
        appendPair(date.year / 100, to: &bytes)
        appendPair(date.year % 100, "-", to: &bytes)
        appendPair(date.month, "-", to: &bytes)
        appendPair(date.day, to: &bytes)
    }

    /// Two digits and what is behind them.
    private static func appendPair(_ number: Int64, _ end: Unicode.Scalar? = nil, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
        if let end { bytes.append(UInt8(ascii: end)) }
    }

    /// Milliseconds since 1970 of such a text; a fraction beyond milliseconds is cut off. nil when it is none.
    package static func milliseconds(_ text: Span<UInt8>) -> Int64? {
        var rest = Rest(text)
        guard let year = rest.number(4, 1970...9999), rest.pass("-"), let month = rest.number(2, 1...12),
            rest.pass("-"), let day = rest.number(2, 1...31), day <= length(of: month, year),
            rest.pass("T") || rest.pass(" "), let hour = rest.number(2, 0...23), rest.pass(":"),
            let minute = rest.number(2, 0...59)
        else { return nil }
        let days = days(year: year, month: month, day: day)
        var milliseconds = days * 86_400_000 + hour * 3_600_000 + minute * 60_000
        if rest.pass(":") {
            guard let second = rest.number(2, 0...59) else { return nil }
            milliseconds += second * 1000
            if rest.pass(".") {
                var weight: Int64 = 100
                guard let first = rest.number(1, 0...9) else { return nil }
                milliseconds += first * weight
                while let digit = rest.number(1, 0...9) {
                    weight /= 10
                    milliseconds += digit * weight
                }
            }
        }
        if rest.pass("Z") { return rest.isEmpty ? milliseconds : nil }
        let isEast = rest.pass("+")
        guard isEast || rest.pass("-"), let hours = rest.number(2, 0...18) else { return nil }
        _ = rest.pass(":")
        guard let minutes = rest.number(2, 0...59), rest.isEmpty else { return nil }
        let offset = (hours * 60 + minutes) * 60_000
        return milliseconds - (isEast ? offset : -offset)
    }

    /// How many days a month has.
    private static func length(of month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// What is left of a text that is read.
    private struct Rest: ~Escapable {
        private let text: Span<UInt8>
        private var position = 0

        @_lifetime(copy text)
        init(_ text: Span<UInt8>) { self.text = text }

        var isEmpty: Bool { position == text.count }

        @inline(__always)
        @_lifetime(self: copy self)
        mutating func pass(_ byte: Unicode.Scalar) -> Bool {
            guard position < text.count, text[position] == UInt8(ascii: byte) else { return false }
            position += 1
            return true
        }

        /// A number of so many digits; nil where it is none, or beyond its bounds.
        @inline(__always)
        @_lifetime(self: copy self)
        mutating func number(_ width: Int, _ bounds: ClosedRange<Int64>) -> Int64? {
            var number: Int64 = 0
            for _ in 0..<width {
                guard position < text.count else { return nil }
                let digit = text[position] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                number = number * 10 + Int64(digit)
                position += 1
            }
            return bounds.contains(number) ? number : nil
        }
    }
}
