import Synchronization

/// How much one principal may ask.
package struct RateLimit: Hashable, Sendable {
    /// Requests, in the long run.
    package var perSecond: Int
    /// And at once, after a pause.
    package var burst: Int

    package init(perSecond: Int, burst: Int) { (self.perSecond, self.burst) = (max(1, perSecond), max(1, burst)) }

    /// The time that one request stands for.
    fileprivate var interval: Duration { .nanoseconds(1_000_000_000 / Int64(perSecond)) }
}

/// A token bucket for each principal. Of so many at most: the bucket of whoever was not here for longest is forgotten,
/// which is full by then, or soon.
package final class RateLimiter: Sendable {
    package static let principals = 20_000

    private let limit: RateLimit
    private let policy: String
    /// When each bucket is full again: all that a bucket is.
    private let buckets: Mutex<RecentlyUsed<String, ContinuousClock.Instant>>

    package init(_ limit: RateLimit, principals: Int = RateLimiter.principals) {
        self.limit = limit
        // The window is the time in which an empty bucket becomes full.
        policy = "\"default\";q=\(limit.burst);w=\((limit.burst + limit.perSecond - 1) / limit.perSecond)"
        buckets = Mutex(RecentlyUsed(limit: principals))
    }

    /// Whether one more request is within the limit; it counts only then.
    package func take(_ name: String, at now: ContinuousClock.Instant) -> RateVerdict {
        let interval = limit.interval
        let full = interval * limit.burst
        let (isWithin, missing) = buckets.withLock { buckets in
            let missing = max(.zero, (buckets[name] ?? now) - now)
            guard missing + interval <= full else { return (false, missing) }
            buckets[name] = now + missing + interval
            return (true, missing + interval)
        }
        let left = isWithin ? Int((full - missing) / interval) : 0
        return RateVerdict(
            isWithin: isWithin, remaining: left, resetSeconds: missing.secondsUp,
            retrySeconds: isWithin ? nil : max(1, (missing + interval - full).secondsUp), policy: policy)
    }
}

/// What the limiter says to a request.
package struct RateVerdict: Sendable {
    package let isWithin: Bool
    /// Requests that may come at once.
    package let remaining: Int
    /// When all of them may again.
    package let resetSeconds: Int
    /// When the next one may; nil when it may now.
    package let retrySeconds: Int?
    fileprivate let policy: String

    fileprivate init(isWithin: Bool, remaining: Int, resetSeconds: Int, retrySeconds: Int?, policy: String) {
        (self.isWithin, self.remaining, self.resetSeconds) = (isWithin, remaining, resetSeconds)
        (self.retrySeconds, self.policy) = (retrySeconds, policy)
    }

    /// For the answer, whatever it is: as the IETF's draft for RateLimit fields has them.
    package var headers: [(name: String, value: String)] {
        var headers = [
            (name: "RateLimit-Policy", value: policy),
            (name: "RateLimit", value: "\"default\";r=\(remaining);t=\(resetSeconds)"),
        ]
        if let retrySeconds { headers.append((name: "Retry-After", value: "\(retrySeconds)")) }
        return headers
    }
}

extension Duration {
    /// Whole seconds, rounded up.
    fileprivate var secondsUp: Int { Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0) }
}
