/// The formats of RFC 3339: dates and times that exist.
package enum DateFormat: String, Sendable {
    case date
    case dateTime = "date-time"

    package func matches(_ text: String) -> Bool {
        switch self {
        case .date:
            return text.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/).map { exists($0.1, $0.2, $0.3) } ?? false
        case .dateTime:
            let zone = /Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]/
            let time = /(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?/
            guard let mark = text.firstIndex(of: "T"), DateFormat.date.matches(String(text[..<mark])),
                let clock = text[text.index(after: mark)...].prefixMatch(of: time)
            else { return false }
            return text[clock.range.upperBound...].wholeMatch(of: zone) != nil
        }
    }

    private func exists(_ year: Substring, _ month: Substring, _ day: Substring) -> Bool {
        guard let year = Int(year), let month = Int(month), let day = Int(day) else { return false }
        let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }
}
