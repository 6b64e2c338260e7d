/// What is done again after an interval.
struct Recurrence {
    let interval: Duration
    private var doneAt: ContinuousClock.Instant

    init(every interval: Duration, from now: ContinuousClock.Instant) { (self.interval, doneAt) = (interval, now) }

    func isDue(at now: ContinuousClock.Instant) -> Bool { now - doneAt >= interval }

    mutating func done(at now: ContinuousClock.Instant) { doneAt = now }
}
