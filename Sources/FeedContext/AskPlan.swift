import Baselines
import Contracts
import Time

/// When a customer is asked about: pure rules. Who is asked at what time of a day follows from his id, so that a
/// million calls are spread over hours, and any replica comes to the same.
struct AskPlan: Sendable {
    /// Low voltage is a day or two late: until then a day counts as live, and a whole one is asked for once more.
    static let liveDays: Int64 = 3

    private let settings: FeedSettings
    private let zone: Zone

    init(_ settings: FeedSettings) {
        (self.settings, zone) = (settings, Zone(utcOffset: .seconds(settings.utcOffset * 60)))
    }

    func day(of time: Timestamp) -> Day { Day(of: zone.minute(of: time)) }

    /// The midnight with which it begins.
    func start(of day: Day) -> Timestamp {
        Timestamp(milliseconds: (day.allDay.lowerBound - zone.offset) * 60_000)
    }

    /// The first day that a new customer is asked about: whole ones behind his consent, and no more of the past than
    /// baselines look at.
    func firstDay(consentFrom: Timestamp, at now: Timestamp) -> Int64 {
        let day = day(of: consentFrom)
        let isWhole = start(of: day) == consentFrom
        return max(isWhole ? day.number : day.number + 1, self.day(of: now).number - settings.pastDays)
    }

    /// When he is asked about this day, at the earliest: at his own time of so many days behind it.
    /// - Parameter lag: how late his days are. On some days it is tried whether they come earlier by now.
    func due(_ user: UserID, day: Int64, lag: Int64) -> Timestamp {
        let hash = user.text.stableHash
        let isTry = lag > 1 && (day + Int64(hash % 4)).isMultiple(of: 4)
        return time(hash, day: day + (isTry ? lag - 1 : lag), settings.from)
    }

    /// When he is asked about a day again, so many days behind it.
    func again(_ user: UserID, day: Int64, age: Int64) -> Timestamp {
        time(user.text.stableHash, day: day + age, settings.againFrom)
    }

    private func time(_ hash: UInt64, day: Int64, _ from: Duration) -> Timestamp {
        let offset = settings.spread.milliseconds * Int64(hash % 86_400) / 86_400
        return start(of: Day(number: day)) + from + .milliseconds(offset)
    }

    /// How many days behind it a day is asked for again: 1, 2, 3, 4, 6, 9, 13 and so on, the first of these to come.
    /// - Parameter limit: of these days; nil behind it, where it is given up.
    func nextAge(_ user: UserID, day: Int64, at now: Timestamp, limit: Int64) -> Int64? {
        var age: Int64 = 1
        while age <= limit, again(user, day: day, age: age) <= now { age += max(1, age / 2) }
        return age <= limit ? age : nil
    }

    /// Behind so many calls in a row that came to nothing, by his id and the attempt.
    func pause(_ user: UserID, failures: Int64, attempt: Int64) -> Duration {
        Pauses(first: settings.firstRetry, longest: settings.retry)
            .pause(behind: failures, drawn: "\(user.text)/\(attempt)".stableHash)
    }

    /// Whether nothing live waits for it.
    func isPast(_ day: Int64, at now: Timestamp) -> Bool { self.day(of: now).number - day > Self.liveDays }
}
