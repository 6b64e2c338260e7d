/// When a transaction ends: at once where little goes on, so that nobody waits; about once an interval under load, so that many
/// records share the cost of a commit. Idle time is saved up for a few commits in a row: an order goes from context to context
/// without a wait at each.
struct Pace {
    private static let saved = 4

    private let interval: Duration
    /// Up to when the commits so far have used the time up.
    private var paidUntil: ContinuousClock.Instant

    init(interval: Duration, now: ContinuousClock.Instant) {
        self.interval = interval
        paidUntil = now - interval * Self.saved
    }

    /// - Parameter isDrained: whether nothing more waits to be read.
    func due(began: ContinuousClock.Instant, isDrained: Bool) -> ContinuousClock.Instant {
        let end = began + interval
        return isDrained ? min(end, paidUntil) : end
    }

    mutating func committed(at now: ContinuousClock.Instant) {
        paidUntil = max(paidUntil, now - interval * Self.saved) + interval
    }
}
