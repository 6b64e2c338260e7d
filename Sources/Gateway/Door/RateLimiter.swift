package import Calls
import Synchronization

/// A token bucket for each principal. Of so many at most: the bucket of whoever was not here for longest is forgotten,
/// which is full by then, or soon.
package final class RateLimiter: Sendable {
    package static let principals = 20_000

    private let limit: RateLimit
    private let policy: String
    private let buckets: Mutex<RecentlyUsed<String, TokenBucket>>

    package init(_ limit: RateLimit, principals: Int = RateLimiter.principals) {
        self.limit = limit
        // The window is the time in which an empty bucket becomes full.
        policy = "\"default\";q=\(limit.burst);w=\((limit.burst + limit.perSecond - 1) / limit.perSecond)"
        buckets = Mutex(RecentlyUsed(limit: principals))
    }

    /// Whether one more request is within the limit; it counts only then.
    package func take(_ name: String, at now: ContinuousClock.Instant) -> RateVerdict {
        let verdict = buckets.withLock { buckets in
            var bucket = buckets[name] ?? TokenBucket()
            let verdict = bucket.take(limit, at: now)
            // One that is refused uses nothing up.
            if verdict.isWithin { buckets[name] = bucket }
            return verdict
        }
        return RateVerdict(
            isWithin: verdict.isWithin, remaining: verdict.remaining, resetSeconds: verdict.untilFull.secondsUp,
            retrySeconds: verdict.isWithin ? nil : max(1, verdict.wait.secondsUp), policy: policy)
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
