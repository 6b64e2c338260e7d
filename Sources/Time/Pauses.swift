/// How long to wait behind failures in a row: at most twice as long behind each as behind the one before it, up to a
/// limit.
package struct Pauses: Hashable, Sendable {
    /// Behind the first failure, at most.
    package var first: Duration
    /// Behind any, at most.
    package var longest: Duration

    package init(first: Duration, longest: Duration) { (self.first, self.longest) = (first, longest) }

    /// The longest pause behind so many failures, from 1 on.
    package func most(behind failures: Int64) -> Duration {
        min(first * (1 << min(max(failures, 1) - 1, 12)), longest)
    }

    /// Any part of that, so that those who failed together do not come back together: the one that a number draws.
    /// Whoever draws the same comes to the same.
    package func pause(behind failures: Int64, drawn number: UInt64) -> Duration {
        let (seconds, attoseconds) = most(behind: failures).components
        return .milliseconds((seconds * 1000 + attoseconds / 1_000_000_000_000_000) * Int64(number % 1000) / 1000)
    }
}
