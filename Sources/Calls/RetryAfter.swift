import Time

/// The header `Retry-After` of an answer: seconds, or a date as RFC 9110 has it.
package enum RetryAfter {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// How long to wait; nil of anything else.
    /// - Parameter now: ms since 1970. A date that is over is no wait.
    package static func wait(_ text: String, now: Int64) -> Duration? {
        if let seconds = digits(text[...], 1...9) { return .seconds(seconds) }
        // Sun, 06 Nov 1994 08:49:37 GMT.
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[5] == "GMT", parts[0].count == 4, let day = digits(parts[1], 2...2),
            let month = months.firstIndex(of: String(parts[2])), let year = digits(parts[3], 4...4)
        else { return nil }
        let time = parts[4].split(separator: ":", omittingEmptySubsequences: false).compactMap { digits($0, 2...2) }
        guard time.count == 3, time[0] < 24, time[1] < 60, time[2] <= 60, (1...31).contains(day), year >= 1970 else {
            return nil
        }
        let days = ISO8601.days(year: year, month: Int64(month) + 1, day: day)
        let then = ((days * 24 + time[0]) * 60 + time[1]) * 60 + time[2]
        return max(.zero, .milliseconds(then * 1000 - now))
    }

    private static func digits(_ text: Substring, _ count: ClosedRange<Int>) -> Int64? {
        guard count.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
