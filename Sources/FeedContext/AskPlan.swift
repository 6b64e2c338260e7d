import Baselines
import Contracts

/// When a customer is asked about: pure rules. Who is asked at what time of a day follows from his id, so that a
/// million calls are spread over hours, and any replica comes to the same.
struct AskPlan: Sendable {
    private let settings: FeedSettings
    private let zone: Zone

    init(_ settings: FeedSettings, zone: Zone = .korea) { (self.settings, self.zone) = (settings, zone) }

    func day(of time: Timestamp) -> Day { Day(of: zone.minute(of: time)) }

    /// The midnight with which it begins.
    func start(of day: Day) -> Timestamp {
        Timestamp(milliseconds: (day.allDay.lowerBound - zone.offset) * 60_000)
    }

    /// The first day that a new customer is asked about: nothing before his consent, and no more of the past than
    /// baselines look at.
    func firstDay(consentFrom: Timestamp, at now: Timestamp) -> Int64 {
        max(day(of: consentFrom).number, day(of: now).number - settings.pastDays)
    }

    /// When he is asked about this day, at the earliest: once it is over, at his own time of the following day.
    func due(_ user: UserID, day: Int64) -> Timestamp {
        let part = Int64(Self.hash(user.text) % 86_400)
        let offset = settings.spread.milliseconds * part / 86_400
        return start(of: Day(number: day + 1)) + settings.from + .milliseconds(offset)
    }

    /// Behind so many calls in a row that came to nothing: doubled from the first pause up to the longest, of which
    /// any part from a half on is taken (by his id and the attempt), so that those who failed together do not come back
    /// together.
    func pause(_ user: UserID, failures: Int64, attempt: Int64) -> Duration {
        let doubled = settings.firstRetry.milliseconds << min(max(0, failures - 1), 12)
        let whole = min(doubled, settings.retry.milliseconds)
        let part = Int64(Self.hash("\(user.text)/\(attempt)") % 1000)
        return .milliseconds(whole / 2 + whole * part / 2000)
    }

    /// Whether a day that is not there is waited for no longer.
    func isGivenUp(day: Int64, at now: Timestamp) -> Bool {
        self.day(of: now).number - day > settings.patienceDays
    }

    /// FNV-1a: the same in every process.
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        // The last bytes alone change the low bits else.
        return hash ^ hash >> 32
    }
}
