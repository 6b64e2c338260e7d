package import Baselines
package import Contracts

/// The days over which a report goes, by the market's clock: orders are of the day on which they start.
package struct ReportPeriod: Sendable, Hashable, CustomStringConvertible {
    package let first: Day
    package let last: Day

    /// A month as 2026-06, a day as 2026-06-08, or both ends as 2026-06-01..2026-11-30; nil for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, let first = Day(parts[0]), let last = Day(parts[1]), first <= last {
            (self.first, self.last) = (first, last)
        } else if parts.count == 1, let day = Day(text) {
            (first, last) = (day, day)
        } else if parts.count == 1, text.utf8.count == 7, let first = Day("\(text)-01") {
            // The longest month has no more days than that.
            var last = first
            while Day(number: last.number + 1).description.hasPrefix(text) { last = Day(number: last.number + 1) }
            (self.first, self.last) = (first, last)
        } else {
            return nil
        }
    }

    package func contains(_ time: Timestamp, _ zone: Zone) -> Bool {
        let day = Day(of: zone.minute(of: time))
        return first <= day && day <= last
    }

    package var description: String { "\(first)..\(last)" }
}
