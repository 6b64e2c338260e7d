/// The formats of RFC 3339: dates and times that exist. Read by hand, since a Regex is compiled each time that it is
/// used.
package enum DateFormat: String, Sendable {
    case date
    case dateTime = "date-time"

    package func matches(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        guard let year = take(4, &rest), pass("-", &rest), let month = take(2, &rest), pass("-", &rest),
            let day = take(2, &rest), exists(year, month, day)
        else { return false }
        if self == .date { return rest.isEmpty }
        guard pass("T", &rest), let hour = take(2, &rest), hour < 24, pass(":", &rest), let minute = take(2, &rest),
            minute < 60, pass(":", &rest), let second = take(2, &rest), second < 60
        else { return false }
        if pass(".", &rest) {
            guard take(1, &rest) != nil else { return false }
            while take(1, &rest) != nil {}
        }
        if pass("Z", &rest) { return rest.isEmpty }
        guard pass("+", &rest) || pass("-", &rest), let hours = take(2, &rest), hours < 24, pass(":", &rest),
            let minutes = take(2, &rest), minutes < 60
        else { return false }
        return rest.isEmpty
    }

    /// So many digits.
    private func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }

    private func pass(_ byte: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: byte) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private func exists(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }
}
