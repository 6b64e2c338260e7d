/// When keys are fetched. No clock, no I/O.
package struct KeySchedule: Sendable {
    /// How long fetched keys are enough.
    package var refresh = Duration.seconds(600)
    /// Within this time after an attempt nobody's unknown key is a reason for another: tokens with such cost nothing to
    /// make.
    package var unknown = Duration.seconds(60)

    private static let firstRetry = Duration.seconds(1)
    private static let lastRetry = Duration.seconds(60)

    private var lastAttempt: ContinuousClock.Instant?
    private var failures = 0
    private var isWanted = false

    package init(refresh: Duration = .seconds(600), unknown: Duration = .seconds(60)) {
        (self.refresh, self.unknown) = (refresh, unknown)
    }

    func isDue(at now: ContinuousClock.Instant) -> Bool {
        guard let lastAttempt else { return true }
        if isWanted { return true }
        let wait = failures > 0 ? min(Self.firstRetry * (1 << min(failures - 1, 10)), Self.lastRetry, refresh) : refresh
        return now - lastAttempt >= wait
    }

    /// Someone's key is not among those that there are.
    /// - Returns: whether they are fetched for that: now, or already.
    mutating func wantsUnknown(at now: ContinuousClock.Instant) -> Bool {
        if let lastAttempt, now - lastAttempt < unknown { return isWanted }
        isWanted = true
        return true
    }

    /// An attempt has ended.
    mutating func ended(succeeded: Bool, at now: ContinuousClock.Instant) {
        lastAttempt = now
        failures = succeeded ? 0 : failures + 1
        isWanted = false
    }
}
