/// The circuit breaker toward Kafka: commands are refused at once while Kafka takes none. No clock: time comes in as an
/// argument.
///
/// Closed, it counts acknowledgements that fail or take long, one behind the other. Open, it lets nothing pass for a
/// while; then one command is the probe that decides (half-open).
struct Breaker {
    enum State: String, Sendable {
        case closed
        case open
        case halfOpen = "half-open"
    }

    /// What becomes of a command.
    enum Verdict: Equatable {
        case pass
        /// Refused: it may be tried again after so long.
        case refuse(Duration)
    }

    struct Settings: Sendable {
        /// So many failures in a row open it.
        var failures = 3
        /// An acknowledgement that takes longer has failed.
        var slow = Duration.seconds(2)
        /// How long it is open before a probe.
        var pause = Duration.seconds(1)
    }

    private enum Phase {
        /// - Parameter since: what was sent before says nothing of now.
        case closed(failures: Int, since: ContinuousClock.Instant)
        case open(until: ContinuousClock.Instant)
        /// A probe is on its way.
        case halfOpen(since: ContinuousClock.Instant)
    }

    let settings: Settings
    private var phase: Phase
    private(set) var since: ContinuousClock.Instant

    init(_ settings: Settings = Settings(), at now: ContinuousClock.Instant) {
        (self.settings, since) = (settings, now)
        phase = .closed(failures: 0, since: now)
    }

    var state: State {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    mutating func admit(at now: ContinuousClock.Instant) -> Verdict {
        switch phase {
        case .closed: return .pass
        case .open(let until):
            guard now >= until else { return .refuse(until - now) }
            enter(.halfOpen(since: now), now)
            return .pass
        case .halfOpen(let began):
            // A probe of which nothing is heard has failed, also where nobody has said so yet: the next one comes after
            // the same pause.
            guard now - began >= settings.slow + settings.pause else { return .refuse(settings.pause) }
            enter(.halfOpen(since: now), now)
            return .pass
        }
    }

    /// An acknowledgement has come.
    /// - Parameter sentAt: when its command was admitted. One from before the circuit opened says nothing of now.
    /// - Returns: whether the state has changed.
    mutating func acknowledged(sentAt: ContinuousClock.Instant, at now: ContinuousClock.Instant) -> Bool {
        if now - sentAt > settings.slow { return failed(sentAt: sentAt, at: now) }
        switch phase {
        case .closed(_, let since):
            if sentAt >= since { phase = .closed(failures: 0, since: since) }
            return false
        case .open: return false
        case .halfOpen(let began):
            guard sentAt >= began else { return false }
            enter(.closed(failures: 0, since: began), now)
            return true
        }
    }

    /// A command has come to nothing, or is overdue.
    /// - Returns: whether the state has changed.
    mutating func failed(sentAt: ContinuousClock.Instant, at now: ContinuousClock.Instant) -> Bool {
        switch phase {
        case .closed(let failures, let since):
            // Those that opened it may come to nothing long after it has closed.
            guard sentAt >= since else { return false }
            guard failures + 1 >= settings.failures else {
                phase = .closed(failures: failures + 1, since: since)
                return false
            }
        case .open: return false
        case .halfOpen(let began): guard sentAt >= began else { return false }
        }
        enter(.open(until: now + settings.pause), now)
        return true
    }

    private mutating func enter(_ phase: Phase, _ now: ContinuousClock.Instant) {
        let before = state
        self.phase = phase
        if state != before { since = now }
    }
}
