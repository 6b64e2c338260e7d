/// How many calls there may be.
package struct RateLimit: Hashable, Sendable {
    /// In the long run.
    package var perSecond: Int
    /// And at once, after a pause.
    package var burst: Int

    package init(perSecond: Int, burst: Int) { (self.perSecond, self.burst) = (max(1, perSecond), max(1, burst)) }

    /// The time that one call stands for.
    package var interval: Duration { .nanoseconds(1_000_000_000 / Int64(min(perSecond, 1_000_000_000))) }

    /// In which an empty bucket becomes full.
    package var window: Duration { interval * burst }
}

/// A token bucket. No clock: time comes in as an argument.
package struct TokenBucket: Sendable {
    /// What a bucket says to a call.
    package struct Verdict: Hashable, Sendable {
        /// Whether it is within the limit; it counts only then.
        package let isWithin: Bool
        /// Calls that may come at once.
        package let remaining: Int
        /// How long until all of them may again.
        package let untilFull: Duration
        /// How long until the next one may.
        package let wait: Duration
    }

    /// All that a bucket is.
    private let fullAt: ContinuousClock.Instant?

    /// A full one.
    package init() { fullAt = nil }

    private init(fullAt: ContinuousClock.Instant) { self.fullAt = fullAt }

    package mutating func take(_ limit: RateLimit, at now: ContinuousClock.Instant) -> Verdict {
        let missing = missing(at: now)
        guard missing + limit.interval <= limit.window else {
            return Verdict(
                isWithin: false, remaining: 0, untilFull: missing, wait: missing + limit.interval - limit.window)
        }
        self = TokenBucket(fullAt: now + missing + limit.interval)
        return Verdict(
            isWithin: true, remaining: Int((limit.window - missing - limit.interval) / limit.interval),
            untilFull: missing + limit.interval, wait: .zero)
    }

    /// How long until the next call may be made; zero where it may now.
    package func wait(_ limit: RateLimit, at now: ContinuousClock.Instant) -> Duration {
        max(.zero, missing(at: now) + limit.interval - limit.window)
    }

    private func missing(at now: ContinuousClock.Instant) -> Duration { max(.zero, (fullAt ?? now) - now) }
}
