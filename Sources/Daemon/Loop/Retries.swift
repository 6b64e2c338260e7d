/// When a producer is made again and files are restored again after failures.
struct Retries {
    /// Fenced once is a process that was stopped for long; more often within this time are two with one name.
    private static let fencingMemory = Duration.seconds(120)

    private var failures = Backoff()
    /// Apart from the other one: two daemons with one name fence each other between good transactions.
    private var fencing = Backoff()
    private var fencedAt: ContinuousClock.Instant

    init(now: ContinuousClock.Instant) { fencedAt = now }

    func isDue(at now: ContinuousClock.Instant) -> Bool { failures.isDue(at: now) && fencing.isDue(at: now) }

    /// Whether two daemons with one name are more likely than a process that stood still.
    var isFencedAgainAndAgain: Bool { fencing.attempts > 2 }

    /// - Returns: how long to wait.
    mutating func failed(at now: ContinuousClock.Instant) -> Duration { failures.failed(at: now) }

    /// - Returns: how long to wait.
    mutating func fenced(at now: ContinuousClock.Instant) -> Duration {
        if now - fencedAt > Self.fencingMemory { fencing.reset() }
        fencedAt = now
        return max(failures.failed(at: now), fencing.failed(at: now))
    }

    mutating func committed() { failures.reset() }
}
