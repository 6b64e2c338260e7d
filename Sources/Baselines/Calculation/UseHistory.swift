/// What is known of one customer's use, in whole units of energy that the caller chooses.
package protocol UseHistory {
    /// How many days before the order readings are kept: no method looks further back.
    var daysKept: Int64 { get }
    /// The use in each of some stretches of time, so many days before; nil for one that has a gap.
    func use(in stretches: [Minutes], daysBefore: Int64) throws -> [Int64?]
    /// The same with 0 for each reading that is missing.
    func useWithoutGaps(in stretches: [Minutes], daysBefore: Int64) throws -> [Int64]
}

/// Which days cannot be references, whatever their use.
package struct DayRules: Sendable {
    /// Public holidays; Saturdays and Sundays come on top.
    package var holidays: Set<Day>
    /// Days with orders, tests, voluntary reductions, increases.
    package var excluded: Set<Day>

    package init(holidays: Set<Day> = [], excluded: Set<Day> = []) {
        (self.holidays, self.excluded) = (holidays, excluded)
    }

    /// Why a day can be no reference; nil when it can.
    func obstacle(_ day: Day, _ type: BaselineMethod.DayType) -> DayLeftOut.Why? {
        mismatch(day, type) ?? (excluded.contains(day) ? .excluded : nil)
    }

    func isOfType(_ day: Day, _ type: BaselineMethod.DayType) -> Bool { mismatch(day, type) == nil }

    private func mismatch(_ day: Day, _ type: BaselineMethod.DayType) -> DayLeftOut.Why? {
        switch type {
        case .weekdays: !day.isWeekday ? .weekend : holidays.contains(day) ? .holiday : nil
        case .holidays: day.isWeekday && !holidays.contains(day) ? .workday : nil
        case .all: nil
        }
    }
}

/// When an order asks for a reduction.
package struct OrderTime: Sendable, Hashable {
    package var minutes: Minutes
    /// When it was announced, for methods that look at what was before that.
    package var noticeAt: Int64?

    package init(_ minutes: Minutes, noticeAt: Int64? = nil) { (self.minutes, self.noticeAt) = (minutes, noticeAt) }

    /// The day that it starts on, by which its references count.
    package var day: Day { Day(of: minutes.lowerBound) }

    /// Where some windows lie; nil when one of them needs a notice and there is none.
    func place(_ windows: [Window]) -> [Minutes]? {
        var places: [Minutes] = []
        for window in windows {
            switch window.anchor {
            case .start: places.append(window.minutes + minutes.lowerBound)
            case .end: places.append(window.minutes + minutes.upperBound)
            case .notice:
                guard let noticeAt else { return nil }
                places.append(window.minutes + noticeAt)
            }
        }
        return places
    }
}
