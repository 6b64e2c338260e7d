import Calls

/// How long the utility is left alone where it refuses everybody: the key, the address, or what it answers has changed.
/// No clock. It is asked by one call at a time then, each after twice the time, up to an hour, with full jitter.
struct Refusals {
    private static let retries = {
        var retries = Retries()
        (retries.attempts, retries.first, retries.longest) = (.max, .seconds(15), .seconds(3600))
        return retries
    }()

    /// In a row.
    private var count = 0
    /// What was sent before is refused for the same reason.
    private var since: ContinuousClock.Instant?
    private var random: any RandomNumberGenerator

    init(_ random: any RandomNumberGenerator = SystemRandomNumberGenerator()) { self.random = random }

    var isRefused: Bool { since != nil }

    /// - Returns: how long to wait; nil where that is said already.
    mutating func refused(sentAt: ContinuousClock.Instant, at now: ContinuousClock.Instant) -> Duration? {
        if let since, sentAt < since { return nil }
        count += 1
        since = now
        return Self.wait(behind: count, &random)
    }

    private static func wait(behind count: Int, _ random: inout some RandomNumberGenerator) -> Duration {
        retries.wait(behind: count, &random) ?? retries.longest
    }

    /// It has answered somebody.
    mutating func ended() { (count, since) = (0, nil) }
}
