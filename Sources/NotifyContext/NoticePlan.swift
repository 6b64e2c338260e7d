import Contracts
import Time

/// When a notice goes out: pure rules.
struct NoticePlan: Sendable {
    /// Notices are handed over so often: those of one stretch together.
    static let beat: Int64 = 100
    /// A timer that fires later than this behind its time looks at the clock anew: the daemon was away.
    static let freshness = Duration.seconds(10)

    private let settings: NotifySettings

    init(_ settings: NotifySettings) { self.settings = settings }

    /// The beat behind this time. Later ones cannot be read back.
    static func beat(behind time: Timestamp) -> Timestamp {
        min(Timestamp(milliseconds: (max(0, time.milliseconds) / beat + 1) * beat), .last)
    }

    /// When it may be told at the earliest, from this time on: not in the customer's quiet hours, but for what would
    /// come too late behind them.
    func opens(_ notice: Notice, _ contact: Contact, at time: Timestamp) -> Timestamp {
        guard let quiet = contact.quiet else { return time }
        let (midnight, now) = clock(at: time)
        let isQuiet =
            quiet.from < quiet.to ? quiet.from <= now && now < quiet.to : quiet.from <= now || now < quiet.to
        guard isQuiet else { return time }
        // The end is this day's, or the next one's where they go over midnight.
        let opens = midnight + .seconds(60 * (quiet.to > now ? quiet.to : quiet.to + 1440))
        if notice.kind.isUrgent, let startsAt = notice.startsAt, startsAt < opens { return time }
        return opens
    }

    /// Behind this time it is not told where it waits: it is over, or the customer's next quiet hours have begun, and
    /// it can wait for their end.
    func closes(_ notice: Notice, _ contact: Contact, at time: Timestamp) -> Timestamp {
        guard let quiet = contact.quiet else { return notice.end }
        let (midnight, now) = clock(at: time)
        let begin = midnight + .seconds(60 * (quiet.from > now ? quiet.from : quiet.from + 1440))
        return opens(notice, contact, at: begin) > begin ? min(begin, notice.end) : notice.end
    }

    /// By the customer's clock: when his day has begun, and how many minutes of it are over.
    private func clock(at time: Timestamp) -> (midnight: Timestamp, minutes: Int64) {
        let ahead = settings.utcOffset * 60_000
        let local = time.milliseconds + ahead
        let midnight = Self.floor(local, 86_400_000)
        return (Timestamp(milliseconds: midnight - ahead), (local - midnight) / 60_000)
    }

    private static func floor(_ number: Int64, _ unit: Int64) -> Int64 {
        number - (number % unit + unit) % unit
    }

    /// Behind so many calls in a row that came to nothing, by the key and the attempt.
    func pause(_ place: String, tries: Int64, attempt: Int64) -> Duration {
        Pauses(first: settings.firstRetry, longest: settings.retry)
            .pause(behind: tries, drawn: "\(place)/\(attempt)".stableHash)
    }

    /// Behind this time it would say nothing any more.
    func end(of kind: NoticeKind, startsAt: Timestamp?, endsAt: Timestamp?, at time: Timestamp) -> Timestamp {
        guard kind.subject == .order, let startsAt else { return min(time + settings.patience, .last) }
        let day = Duration.seconds(86_400)
        if kind == .ended { return min((endsAt ?? time) + day, .last) }
        return min(endsAt ?? startsAt + day, .last)
    }

    /// That of a notice behind another one of its subject: never one that has been, also where nothing is known of that
    /// any more.
    static func version(behind known: Int64, at time: Timestamp) -> Int64 {
        min(max(known + 1, time.milliseconds), NoticeKey.versions.upperBound)
    }
}
