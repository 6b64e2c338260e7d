import Time

/// When a call that has failed is made again: exponential backoff with full jitter, so that those who failed together
/// do not come again together.
package struct Retries: Hashable, Sendable {
    /// Calls in all, the first one included.
    package var attempts = 5
    /// The first wait is at most so long, each later one twice as much.
    package var first = Duration.milliseconds(500)
    /// But no wait is longer.
    package var longest = Duration.seconds(60)
    /// A `Retry-After` counts up to here: what an endpoint says does not stop us for ever.
    package var longestAsked = Duration.seconds(3600)

    package init() {}

    /// How long to wait before the next attempt; nil where there is none.
    /// - Parameters:
    ///   - attempt: how many have failed, from 1 on.
    ///   - retryAfter: what the endpoint has asked for: no wait is shorter.
    ///   - random: a seeded one where the same waits are wanted again.
    package func wait(
        behind attempt: Int, retryAfter: Duration? = nil, _ random: inout some RandomNumberGenerator
    ) -> Duration? {
        guard attempt < attempts else { return nil }
        let bound = Pauses(first: first, longest: longest).most(behind: Int64(attempt))
        // In ms: finer ones are no help.
        let jitter = Int64.random(in: 0...max(0, Int64(bound / .milliseconds(1))), using: &random)
        // On top of what was asked for, or all would come at that moment.
        return .milliseconds(jitter) + min(max(retryAfter ?? .zero, .zero), longestAsked)
    }
}
