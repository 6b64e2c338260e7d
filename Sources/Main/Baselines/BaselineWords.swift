import Baselines

/// How times, days and figures of a baseline stand in a text for people.
enum BaselineWords {
    /// Month and day: the year stands above.
    static func short(_ day: String) -> String { String(day.dropFirst(5)) }

    /// Of a minute by the market's clock.
    static func clock(_ minute: Int64) -> String {
        let (hour, rest) = (minute % Day.minutes / 60, minute % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
    }

    static func clock(_ minutes: Minutes) -> String { "\(clock(minutes.lowerBound))-\(clock(minutes.upperBound))" }

    /// By reason, in the order in which the first of each stands: "gap: 02-07 02-04; weekend: 01-31".
    static func grouped(_ days: [(day: String, why: String)]) -> String {
        var groups: [(why: String, days: [String])] = []
        for (day, why) in days {
            let place = groups.firstIndex { $0.why == why } ?? groups.endIndex
            if place == groups.endIndex { groups.append((why, [])) }
            groups[place].days.append(short(day))
        }
        return groups.map { "\($0.why): \($0.days.joined(separator: " "))" }.joined(separator: "; ")
    }

    /// Rounded for showing only.
    static func decimal(_ value: Fraction, places: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (value * Fraction(scale)).rounded
        let digits = String(scaled.magnitude % scale.magnitude)
        let zeros = String(repeating: "0", count: places - digits.count)
        return "\(scaled < 0 ? "-" : "")\(scaled.magnitude / scale.magnitude).\(zeros)\(digits)"
    }
}
