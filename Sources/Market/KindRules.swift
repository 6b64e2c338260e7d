package import Baselines

/// What an order of a kind may be, from a day on. What is nil, or empty, is not limited.
package struct KindRules: Sendable, Hashable {
    package enum Days: String, Sendable, CaseIterable {
        /// Monday to Friday without public holidays.
        case weekdays
        /// Saturdays, Sundays and public holidays.
        case holidays
        case all
    }

    package enum Points: String, Sendable, CaseIterable {
        /// His own reduction.
        case customer
        /// What his resource has reduced, of which he has the part that his reduction is of all customers'.
        case resource
    }

    /// The first day on which they hold.
    package var from: Day
    /// Where they are written, for people.
    package var source: String?
    /// An order is asked for at least so many minutes before it starts.
    package var noticeMin: Int64?
    /// It starts and ends at whole multiples of so many minutes of the day.
    package var gridMin: Int64?
    /// So many minutes at least and at most: it has an end then.
    package var durationMin: ClosedRange<Int64>?
    package var days = Days.all
    /// It lies within them, in minutes of the day; those that touch are one. Empty: the whole day.
    package var windows: [Range<Int64>] = []
    /// So many orders of the kind start on a day.
    package var ordersADay: Int64?
    /// Whether an order may start when another one of the kind ends, or before.
    package var isContiguousAllowed = true
    /// All of the kind's orders in a period take so many hours together.
    package var hoursAPeriod: Int64?
    /// The days of a year on which periods begin, as month × 100 + day, in their order. Empty with `hoursAPeriod`: a
    /// period is a year.
    package var periods: [Int64] = []
    /// How reductions are checked; nil: as kepco's settings say.
    package var method: BaselineMethod?
    /// Thousandths of a point for a reduced Wh; nil: as kepco's settings say.
    package var milliPointsPerWh: Int64?
    /// What a customer's points are by.
    package var pointsBy = Points.customer

    package init(from: Day) { self.from = from }

    /// Whether an order has to be counted with others of its kind before it can start.
    package var countsOrders: Bool { ordersADay != nil || hoursAPeriod != nil || !isContiguousAllowed }

    /// The period that a day lies in.
    package func period(of day: Day) -> Range<Day> {
        let year = day.year
        let starts = (year - 1...year + 1).flatMap { year in
            (periods.isEmpty ? [101] : periods).compactMap { Day(year: year, monthDay: $0) }
        }
        let next = starts.first { $0 > day } ?? day + 366
        return (starts.last { $0 <= day } ?? day - 366)..<next
    }

    /// Each limit by the name of its field, as text: for the differences of two markets.
    package var described: [(name: String, text: String)] {
        var list: [(String, String?)] = [
            ("source", source), ("noticeMin", noticeMin.map(String.init)), ("gridMin", gridMin.map(String.init)),
            ("durationMin", durationMin.map { "\($0.lowerBound) to \($0.upperBound)" }), ("days", days.rawValue),
            ("windows", windows.isEmpty ? nil : windows.map(\.clock).joined(separator: ", ")),
            ("ordersADay", ordersADay.map(String.init)), ("contiguous", "\(isContiguousAllowed)"),
            ("hoursAPeriod", hoursAPeriod.map(String.init)),
            ("periods", periods.isEmpty ? nil : periods.map(Day.text).joined(separator: ", ")),
            ("pointsPerWh", milliPointsPerWh.map { "\($0) thousandths" }), ("pointsBy", pointsBy.rawValue),
        ]
        // A method is as long as it has fields: its name says enough, unless only its fields differ.
        list.append(("method", method?.name))
        return list.map { ($0.0, $0.1 ?? "none") }
    }
}

extension Range<Int64> {
    /// Minutes of a day, as 09:00-12:00.
    package var clock: String { "\(clockText(lowerBound))-\(clockText(upperBound))" }
}

/// A minute of a day, as 09:00.
private func clockText(_ minute: Int64) -> String {
    func pair(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(pair(minute / 60)):\(pair(minute % 60))"
}

extension Day {
    /// The calendar year.
    package var year: Int64 { Int64(description.prefix(4)) ?? 0 }

    /// nil where the year has no such day.
    init?(year: Int64, monthDay: Int64) { self.init("\(year)-\(Self.text(monthDay))") }

    /// 601 is 06-01.
    static func text(_ monthDay: Int64) -> String {
        let digits = "\(monthDay + 10_000)".suffix(4)
        return "\(digits.prefix(2))-\(digits.suffix(2))"
    }

    package static func + (day: Self, count: Int64) -> Self { day - -count }
}
