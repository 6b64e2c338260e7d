import Baselines
package import Contracts

/// Makes days of single readings: one message a customer and day for the most part, whatever order they come in.
///
/// It holds some thousand days. Of more it lets the one go that it has held for longest: what comes for it afterwards
/// is another message, which does no harm. What is there twice is seen only among the days that it holds.
package final class DayCollector {
    /// What a second value of a customer's quarter hour means.
    package enum Duplicates: String, CaseIterable, Sendable {
        /// Nobody knows which one holds, or whether both belong together: it is refused, unless it is the same.
        case refuse
        /// A correction.
        case last
    }

    /// What was read.
    package struct Tally: Hashable, Sendable {
        package var readings = 0
        package var days = 0
        package var customers: Int { seen.count }
        fileprivate var seen: Set<Int> = []

        package init() {}
    }

    private struct Key: Hashable {
        let user: UserID
        let day: Int64
    }

    private struct Held {
        /// Of the first reading.
        let line: Int
        var tenths: [Int64?] = Array(repeating: nil, count: MeterDay.quarters)
    }

    package static let days = 8192

    package private(set) var tally = Tally()
    private let utcOffset: Int64
    private let duplicates: Duplicates
    private let limit: Int
    private let sink: any ReadingSink
    private var held: [Key: Held] = [:]
    /// In the order in which they came; those before `next` have gone.
    private var order: [Key] = []
    private var next = 0

    /// - Parameter utcOffset: minutes that the clock is ahead of UTC by which days are days.
    package init(
        utcOffset: Int64, duplicates: Duplicates = .refuse, days: Int = DayCollector.days, _ sink: any ReadingSink
    ) { (self.utcOffset, self.duplicates, limit, self.sink) = (utcOffset, duplicates, days, sink) }

    /// A reading of a quarter hour.
    /// - Parameter start: its beginning, in minutes since 1970 of UTC, a whole number of quarter hours.
    package func put(_ user: UserID, start: Int64, tenths: Int64, line: Int) throws {
        let minute = start + utcOffset
        let key = Key(user: user, day: minute / Day.minutes)
        let place = Int(minute % Day.minutes / 15)
        if held[key] == nil {
            if held.count >= limit { try letGo() }
            held[key] = Held(line: line)
            order.append(key)
        }
        if let before = held[key]?.tenths[place], before != tenths, duplicates == .refuse {
            let time = MeterDay.start(of: place, on: Day(number: key.day), utcOffset: utcOffset)
            sink.refuse(
                FileFault(line: line, "\(user) has another value of \(time) in a line before: of another meter?"))
            return
        }
        held[key]?.tenths[place] = tenths
    }

    /// Nothing more comes.
    package func finish() throws { while !held.isEmpty { try letGo() } }

    /// Hands over the day that came first.
    private func letGo() throws {
        let key = order[next]
        next += 1
        if next > limit {
            order.removeFirst(next)
            next = 0
        }
        guard let held = held.removeValue(forKey: key) else { return }
        let day = MeterDay(customer: key.user, day: Day(number: key.day), tenths: held.tenths)
        guard !MeterDay.areHourly(held.tenths) else {
            sink.refuse(
                FileFault(
                    line: held.line,
                    "\(key.user) has one reading an hour on \(day.day): are they of quarter hours? None of them is taken"
                ))
            return
        }
        guard let readings = day.readings(utcOffset: utcOffset) else { return }
        tally.readings += day.count
        tally.days += 1
        tally.seen.insert(key.user.text.hashValue)
        try sink.take(readings)
    }
}
