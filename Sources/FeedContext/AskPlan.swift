import Baselines
import Contracts

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
        let hash = Self.hash(user.text)
        let isTry = lag > 1 && (day + Int64(hash % 4)).isMultiple(of: 4)
        return time(hash, day: day + (isTry ? lag - 1 : lag), settings.from)
    }

    /// When he is asked about a day again, so many days behind it.
    func again(_ user: UserID, day: Int64, age: Int64) -> Timestamp {
        time(Self.hash(user.text), day: day + age, settings.againFrom)
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

    /// Behind so many calls in a row that came to nothing: any part of a time that is doubled with each, up to the
    /// longest (by his id and the attempt), so that those who failed together do not come back together.
    func pause(_ user: UserID, failures: Int64, attempt: Int64) -> Duration {
        let doubled = settings.firstRetry.milliseconds << min(max(0, failures - 1), 12)
        let part = Int64(Self.hash("\(user.text)/\(attempt)") % 1000)
        return .milliseconds(min(doubled, settings.retry.milliseconds) * part / 1000)
    }

    /// Whether nothing live waits for it.
    func isPast(_ day: Int64, at now: Timestamp) -> Bool { self.day(of: now).number - day > Self.liveDays }

    /// FNV-1a: the same in every process.
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        // The last bytes alone change the low bits else.
        return hash ^ hash >> 32
    }
}
