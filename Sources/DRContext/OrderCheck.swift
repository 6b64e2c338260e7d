import Baselines
package import Contracts
package import Market

/// What the rules of a kind say of one order alone; how many there are is `Reservations`' matter.
package struct OrderCheck: Sendable {
    package let rules: KindRules
    package let market: Market

    package init(_ rules: KindRules, _ market: Market) { (self.rules, self.market) = (rules, market) }

    /// The limits that an order does not keep.
    /// - Parameter asked: when it was asked for; nil where only its end is moved, which needs no notice.
    package func broken(from start: Timestamp, until end: Timestamp?, asked: Timestamp?) -> [BrokenLimit] {
        [
            asked.flatMap { notice(start, $0) }, grid(start, end), duration(start, end), days(start, end),
            windows(start, end),
        ].compactMap(\.self)
    }

    private func notice(_ start: Timestamp, _ asked: Timestamp) -> BrokenLimit? {
        guard let least = rules.noticeMin, start < asked + .seconds(60 * least) else { return nil }
        return BrokenLimit(
            "noticeMin", "it starts at \(start), less than \(least) min after it was requested, at \(asked)")
    }

    private func grid(_ start: Timestamp, _ end: Timestamp?) -> BrokenLimit? {
        guard let step = rules.gridMin else { return nil }
        let off = [start, end].compactMap(\.self).filter {
            !($0.milliseconds + market.zone.offset * 60_000).isMultiple(of: step * 60_000)
        }
        guard let first = off.first else { return nil }
        return BrokenLimit("gridMin", "\(first) is not on the grid of \(step) min")
    }

    private func duration(_ start: Timestamp, _ end: Timestamp?) -> BrokenLimit? {
        guard let bounds = rules.durationMin else { return nil }
        let allowed =
            bounds.lowerBound == bounds.upperBound
            ? "\(bounds.lowerBound) min" : "\(bounds.lowerBound) to \(bounds.upperBound) min"
        guard let end else { return BrokenLimit("durationMin", "it has no endsAt; \(allowed) are allowed") }
        let length = end.milliseconds - start.milliseconds
        guard length < bounds.lowerBound * 60_000 || length > bounds.upperBound * 60_000 else { return nil }
        return BrokenLimit("durationMin", "it lasts \(length / 60_000) min; \(allowed) are allowed")
    }

    private func days(_ start: Timestamp, _ end: Timestamp?) -> BrokenLimit? {
        guard rules.days != .all else { return nil }
        for (day, _) in parts(start, end) {
            guard day <= market.holidaysUntil || !day.isWeekday else {
                return BrokenLimit(
                    "days",
                    "the market knows holidays until \(market.holidaysUntil): whether \(day) is one it does not say")
            }
            if market.isWorkday(day) != (rules.days == .weekdays) {
                let kind = !day.isWeekday ? "a weekend" : market.holidays.contains(day) ? "a holiday" : "a weekday"
                return BrokenLimit("days", "\(day) is \(kind); only \(rules.days.rawValue) are allowed")
            }
        }
        return nil
    }

    private func windows(_ start: Timestamp, _ end: Timestamp?) -> BrokenLimit? {
        guard !rules.windows.isEmpty else { return nil }
        let isWithin = parts(start, end).allSatisfy { _, part in
            rules.windows.contains { $0.lowerBound <= part.lowerBound && part.upperBound <= $0.upperBound }
        }
        if isWithin { return nil }
        let allowed = rules.windows.map(\.clock).joined(separator: ", ")
        return BrokenLimit("windows", "it is not all within \(allowed), by the market's clock")
    }

    /// The days that it touches, at most some more than an order may have, and which minutes of each; of an order
    /// without an end its first minute.
    private func parts(_ start: Timestamp, _ end: Timestamp?) -> [(day: Day, minutes: Range<Int64>)] {
        let first = market.zone.minute(of: start)
        let last = end.map { market.zone.minute(of: Timestamp(milliseconds: $0.milliseconds + 59_999)) } ?? first + 1
        return (first..<max(last, first + 1)).split(Day.minutes).prefix(10).map { part in
            let day = Day(of: part.lowerBound)
            return (day, part - day.number * Day.minutes)
        }
    }
}
