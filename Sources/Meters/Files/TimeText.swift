import Baselines
import Time

/// Times as spreadsheets and utilities write them: 2026-11-21 00:15, 2026/11/21 0:15:00, 202611210015 or
/// 21.11.2026 24:00.
package struct TimeText: Sendable {
    /// In which order a date has its parts.
    package enum Order: String, CaseIterable, Sendable {
        case ymd
        case dmy
        case mdy
    }

    /// A time by the file's clock, or by one that it names itself.
    package struct Found: Hashable, Sendable {
        /// Since 1970, of the clock.
        package let minute: Int64
        /// Minutes that the clock is ahead of UTC; nil where the text says nothing.
        package let utcOffset: Int64?
    }

    private static let limit = 40
    let order: Order

    package init(order: Order) { self.order = order }

    /// nil where the text is no date and time, or one with seconds.
    package func time(_ text: String) -> Found? {
        guard let parts = Parts(text), let (day, rest) = day(parts.groups) else { return nil }
        var numbers = rest.map(\.value)
        if let first = rest.first, first.digits == 4 || first.digits == 6, rest.count == 1 {
            let hhmm = first.digits == 4 ? first.value * 100 : first.value
            numbers = [hhmm / 10_000, hhmm / 100 % 100, hhmm % 100]
        }
        if numbers.count == 2 { numbers.append(0) }
        guard numbers.count == 3, numbers[1] < 60, numbers[2] == 0 else { return nil }
        let minute = numbers[0] * 60 + numbers[1]
        // 24:00 is the day's last moment, and there is none behind it.
        guard minute <= Day.minutes else { return nil }
        return Found(minute: day * Day.minutes + minute, utcOffset: parts.utcOffset)
    }

    /// nil where the text is no date alone.
    package func date(_ text: String) -> Found? {
        guard let parts = Parts(text), let (day, rest) = day(parts.groups), rest.isEmpty, parts.utcOffset == nil
        else { return nil }
        return Found(minute: day * Day.minutes, utcOffset: nil)
    }

    private struct Group {
        var value: Int64
        var digits: Int
    }

    /// The date that the groups begin with, in days since 1970, and what is behind it.
    private func day(_ groups: [Group]) -> (day: Int64, rest: [Group])? {
        guard let first = groups.first else { return nil }
        var rest = groups[...]
        let date: [Int64]
        if [8, 12, 14].contains(first.digits) {
            // All in one.
            var value = first.value
            rest = rest.dropFirst()
            if first.digits > 8 {
                let scale: Int64 = first.digits == 12 ? 10_000 : 1_000_000
                rest = [Group(value: value % scale, digits: first.digits - 8)] + rest
                value /= scale
            }
            date = [value / 10_000, value / 100 % 100, value % 100]
        } else {
            guard groups.count >= 3, groups[(order == .ymd ? 0 : 2)].digits == 4 else { return nil }
            let parts = groups[..<3].map(\.value)
            rest = rest.dropFirst(3)
            switch order {
            case .ymd: date = parts
            case .dmy: date = [parts[2], parts[1], parts[0]]
            case .mdy: date = [parts[2], parts[0], parts[1]]
            }
        }
        guard (2000...2099).contains(date[0]), (1...12).contains(date[1]), (1...31).contains(date[2]) else {
            return nil
        }
        let day = ISO8601.days(year: date[0], month: date[1], day: date[2])
        guard ISO8601.date(days: day) == (date[0], date[1], date[2]) else { return nil }
        return (day, Array(rest))
    }

    /// The groups of digits in a text, and the zone at its end.
    private struct Parts {
        var groups: [Group] = []
        var utcOffset: Int64?

        init?(_ text: String) {
            let bytes = Array(text.utf8)
            guard bytes.count <= TimeText.limit else { return nil }
            var (isTime, place, wasDigit) = (false, 0, false)
            while place < bytes.count {
                let byte = bytes[place]
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    if !wasDigit { groups.append(Group(value: 0, digits: 0)) }
                    groups[groups.count - 1].digits += 1
                    guard groups[groups.count - 1].digits <= 14 else { return nil }
                    groups[groups.count - 1].value = groups[groups.count - 1].value * 10 + Int64(byte - 0x30)
                case UInt8(ascii: "Z") where place == bytes.count - 1: utcOffset = 0
                case UInt8(ascii: "+") where isTime, UInt8(ascii: "-") where isTime:
                    guard let offset = Self.offset(bytes[place...]) else { return nil }
                    utcOffset = offset
                    return
                case UInt8(ascii: ":"):
                    guard wasDigit else { return nil }
                    isTime = true
                case UInt8(ascii: "T"), UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."):
                    break
                default: return nil
                }
                wasDigit = byte &- 0x30 < 10
                place += 1
            }
        }

        /// +09:00 or +0900, of whole quarter hours.
        private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
            let digits = bytes.dropFirst().filter { $0 != UInt8(ascii: ":") }
            guard digits.count == 4, digits.allSatisfy({ $0 &- 0x30 < 10 }), let number = Int64(String(digits) ?? "")
            else { return nil }
            let minutes = number / 100 * 60 + number % 100
            guard number % 100 < 60, minutes <= 1080, minutes % 15 == 0 else { return nil }
            return bytes.first == UInt8(ascii: "-") ? -minutes : minutes
        }
    }
}

extension String {
    /// nil where the bytes are no UTF-8.
    init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self = text
    }
}
