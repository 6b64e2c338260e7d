/// The circuit breaker toward one endpoint, Kafka or another server: calls are refused at once while it takes none. No
/// clock: time comes in as an argument. One thread, or its owner's lock.
///
/// Closed, it counts calls that fail or take long, one behind the other. Open, it lets nothing pass for a while; then
/// some calls are the probes that decide (half-open): the first failure opens it again, and it closes when all of them
/// have succeeded.
package struct CircuitBreaker: Sendable {
    package enum State: String, Sendable {
        case closed
        case open
        case halfOpen = "half-open"
    }

    /// What becomes of a call.
    package enum Verdict: Equatable, Sendable {
        case pass
        /// Refused: it may be tried again after so long.
        case refuse(Duration)
    }

    package struct Settings: Sendable {
        /// So many failures in a row open it.
        package var failures = 3
        /// A call that takes longer has failed.
        package var slow = Duration.seconds(2)
        /// How long it is open before the probes.
        package var pause = Duration.seconds(1)
        /// How many calls they are, at a time.
        package var probes = 1

        package init() {}
    }

    private enum Phase: Sendable {
        /// - Parameter since: what was sent before says nothing of now.
        case closed(failures: Int, since: ContinuousClock.Instant)
        case open(until: ContinuousClock.Instant)
        /// So many probes have been let pass, and so many of them have succeeded.
        case halfOpen(since: ContinuousClock.Instant, sent: Int, succeeded: Int)
    }

    package let settings: Settings
    private var phase: Phase
    /// Since when its state is what it is.
    package private(set) var since: ContinuousClock.Instant

    package init(_ settings: Settings = Settings(), at now: ContinuousClock.Instant) {
        (self.settings, since) = (settings, now)
        phase = .closed(failures: 0, since: now)
    }

    package var state: State {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    /// Asks whether a call may be made now; one that passes is made.
    package mutating func admit(at now: ContinuousClock.Instant) -> Verdict {
        switch phase {
        case .closed: return .pass
        case .open(let until):
            guard now >= until else { return .refuse(until - now) }
            enter(.halfOpen(since: now, sent: 1, succeeded: 0), now)
            return .pass
        case .halfOpen(let began, let sent, let succeeded):
            if sent < settings.probes {
                phase = .halfOpen(since: began, sent: sent + 1, succeeded: succeeded)
                return .pass
            }
            // A probe of which nothing is heard has failed, also where nobody has said so yet: the next one comes after
            // the same pause.
            guard now - began >= settings.slow + settings.pause else { return .refuse(settings.pause) }
            enter(.halfOpen(since: now, sent: 1, succeeded: 0), now)
            return .pass
        }
    }

    /// A call has succeeded.
    /// - Parameter sentAt: when it was admitted. One from before the circuit opened says nothing of now.
    /// - Returns: whether the state has changed.
    package mutating func succeeded(sentAt: ContinuousClock.Instant, at now: ContinuousClock.Instant) -> Bool {
        if now - sentAt > settings.slow { return failed(sentAt: sentAt, at: now) }
        switch phase {
        case .closed(_, let since):
            if sentAt >= since { phase = .closed(failures: 0, since: since) }
            return false
        case .open: return false
        case .halfOpen(let began, let sent, let succeeded):
            guard sentAt >= began else { return false }
            guard succeeded + 1 >= settings.probes else {
                phase = .halfOpen(since: began, sent: sent, succeeded: succeeded + 1)
                return false
            }
            enter(.closed(failures: 0, since: began), now)
            return true
        }
    }

    /// A call has come to nothing, or is overdue.
    /// - Returns: whether the state has changed.
    package mutating func failed(sentAt: ContinuousClock.Instant, at now: ContinuousClock.Instant) -> Bool {
        switch phase {
        case .closed(let failures, let since):
            // Those that opened it may come to nothing long after it has closed.
            guard sentAt >= since else { return false }
            guard failures + 1 >= settings.failures else {
                phase = .closed(failures: failures + 1, since: since)
                return false
            }
        case .open: return false
        case .halfOpen(let began, _, _): guard sentAt >= began else { return false }
        }
        enter(.open(until: now + settings.pause), now)
        return true
    }

    /// A call that was admitted was not made after all, or nobody knows of it any more. A probe's place is another
    /// one's.
    package mutating func dropped(sentAt: ContinuousClock.Instant) {
        guard case .halfOpen(let began, let sent, let succeeded) = phase, sentAt >= began else { return }
        phase = .halfOpen(since: began, sent: max(sent - 1, succeeded), succeeded: succeeded)
    }

    private mutating func enter(_ phase: Phase, _ now: ContinuousClock.Instant) {
        let before = state
        self.phase = phase
        if state != before { since = now }
    }
}
