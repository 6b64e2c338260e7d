import Time

/// How long to wait before the next attempt: half a second, then twice as long each time, up to half a minute.
package struct Backoff {
    private static let pauses = Pauses(first: .milliseconds(500), longest: .seconds(30))

    /// Failures since the last success.
    package private(set) var attempts = 0
    /// nil where nothing has failed.
    private var notBefore: ContinuousClock.Instant?

    /// Nothing has failed: the first attempt is due at once.
    package init() {}

    func isDue(at now: ContinuousClock.Instant) -> Bool { notBefore.map { now >= $0 } ?? true }

    /// Notes a failure.
    package mutating func failed(at now: ContinuousClock.Instant) -> Duration {
        attempts += 1
        let wait = Self.pauses.most(behind: Int64(attempts))
        notBefore = now + wait
        return wait
    }

    /// Notes a success: the next failure waits for as short as the first.
    package mutating func reset() { (attempts, notBefore) = (0, nil) }
}
