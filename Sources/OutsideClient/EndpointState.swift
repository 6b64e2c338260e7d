package import Calls
package import Telemetry

/// Whether an endpoint may be called now, and what operators are told of that: its circuit breaker, its pace, its calls
/// at a time, and the pauses that it asks for or that its refusals cost. One thread.
package struct EndpointState {
    /// What a call has come to, as far as it says something of the endpoint.
    package enum Outcome {
        case answered
        /// - Parameters:
        ///   - counts: whether it is the endpoint's failure, and not that of what it was asked.
        ///   - after: how long it asks to be left alone.
        case failed(counts: Bool, after: Duration?)
        /// Whoever is asked about: a key, an address or the like has to be mended.
        case refusesAll
    }

    /// A call that has ended.
    package struct End {
        let outcome: Outcome
        /// Without secrets.
        let reason: String
        let sentAt: ContinuousClock.Instant

        package init(_ outcome: Outcome, reason: String, sentAt: ContinuousClock.Instant) {
            (self.outcome, self.reason, self.sentAt) = (outcome, reason, sentAt)
        }
    }

    /// Why no call is made for a while, beside an open circuit.
    package enum Pause: String, CaseIterable, Sendable {
        /// `Retry-After`.
        case asked
        /// It refuses everybody.
        case refused
    }

    /// What is logged of it.
    package struct Words: Sendable {
        let (refused, asked, open, closed): (StaticString, StaticString, StaticString, StaticString)

        package init(refused: StaticString, asked: StaticString, open: StaticString, closed: StaticString) {
            (self.refused, self.asked, self.open, self.closed) = (refused, asked, open, closed)
        }
    }

    /// What is shown of it, made once.
    package struct Gauges: Sendable {
        private let circuit: [(state: CircuitBreaker.State, gauge: Gauge)]
        private let paused: [(why: Pause, gauge: Gauge)]

        /// - Parameters:
        ///   - circuit: 1 for the circuit's state.
        ///   - paused: 1 for why no call is made.
        package init(
            circuit: (CircuitBreaker.State) -> Gauge, paused: (Pause) -> Gauge
        ) {
            self.circuit = [.closed, .open, .halfOpen].map { ($0, circuit($0)) }
            self.paused = Pause.allCases.map { ($0, paused($0)) }
            show(.closed)
        }

        func show(_ state: CircuitBreaker.State) {
            for item in circuit { item.gauge.set(item.state == state ? 1 : 0) }
        }

        func show(_ why: Pause?) {
            for item in paused { item.gauge.set(item.why == why ? 1 : 0) }
        }
    }

    private let gauges: Gauges
    private let words: Words
    private let log: Logger
    private let retry: Duration
    private var gate: CallGate
    private var refusals = Refusals()
    private var paused: (why: Pause, until: ContinuousClock.Instant)?
    private var openSince: ContinuousClock.Instant?

    package init(_ settings: CallGate.Settings, _ gauges: Gauges, _ words: Words, log: Logger) {
        (self.gauges, self.words, self.log, retry) = (gauges, words, log, settings.breaker.pause)
        gate = CallGate(settings, at: .now)
    }

    /// Whether it has refused everybody, and nobody has been answered since.
    package var isRefused: Bool { refusals.isRefused }

    /// Whether nothing speaks against it: a call is no attempt to find out how it is.
    package var isSound: Bool { gate.breaker.state == .closed && !refusals.isRefused }

    /// Asks whether a call may be made; one that passes is made.
    package mutating func admit(underWay: Int, at now: ContinuousClock.Instant) -> CallGate.Verdict {
        // Where everybody is refused one call tries whether that has changed.
        if refusals.isRefused, underWay > 0 { return .full }
        let verdict = gate.admit(at: now)
        // The probe's: the circuit may be half open now.
        if verdict == .pass { gauges.show(gate.breaker.state) }
        return verdict
    }

    /// A call was not made after all, or nobody knows of it any more.
    /// - Parameter sentAt: when it was admitted.
    package mutating func dropped(sentAt: ContinuousClock.Instant) { gate.dropped(sentAt: sentAt) }

    package mutating func show(at now: ContinuousClock.Instant) {
        if let until = paused?.until, now >= until { paused = nil }
        gauges.show(paused?.why)
    }

    package mutating func ended(_ end: End, at now: ContinuousClock.Instant) {
        var wait: Duration?
        var hasFailed: Bool? = true
        switch end.outcome {
        case .refusesAll:
            wait = refusals.refused(sentAt: end.sentAt, at: now)
            if let wait { pause(.refused, wait, end.reason, now) }
        case .failed(let counts, let after):
            // What does not count is no sign that it works, either.
            hasFailed = counts ? true : nil
            // Whatever it says does not stop us for ever.
            wait = after.map { min($0, Retries().longestAsked) }
            if let wait { pause(.asked, wait, end.reason, now) }
        case .answered:
            hasFailed = false
            refusals.ended()
        }
        let changed = gate.ended(sentAt: end.sentAt, hasFailed: hasFailed, retryAfter: wait, at: now)
        if changed { tell(end.reason, now) }
    }

    private mutating func pause(
        _ why: Pause, _ wait: Duration, _ reason: String, _ now: ContinuousClock.Instant
    ) {
        let until = now + wait
        guard until > paused?.until ?? now else { return }
        let isNew = paused?.why != why
        paused = (why, until)
        gauges.show(why)
        let fields: LogFields = ["reason": reason, "pause.s": Int(wait / .seconds(1))]
        switch why {
        case .refused: log.error(words.refused, fields)
        case .asked: if isNew { log.warning(words.asked, fields) }
        }
    }

    private mutating func tell(_ reason: String, _ now: ContinuousClock.Instant) {
        gauges.show(gate.breaker.state)
        switch gate.breaker.state {
        case .open:
            // Opened by probes it has been open before.
            openSince = openSince ?? now
            log.warning(
                words.open,
                ["reason": reason.isEmpty ? "slow" : reason, "retry.ms": Int(retry / .milliseconds(1))])
        case .closed:
            log.info(words.closed, ["after.s": Int((now - (openSince ?? now)) / .seconds(1))])
            openSince = nil
        case .halfOpen: break
        }
    }
}
