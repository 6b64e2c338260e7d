/// Who may call one endpoint now: its circuit breaker, its rate and its bulkhead in one. No clock: time comes in as an
/// argument. One thread, or its owner's lock.
package struct CallGate: Sendable {
    package struct Settings: Sendable {
        package var breaker = CircuitBreaker.Settings()
        package var rate = RateLimit(perSecond: 50, burst: 50)
        /// Calls at a time.
        package var inFlight = 32

        package init() {}
    }

    package enum Verdict: Hashable, Sendable {
        /// It counts: `ended` has to follow.
        case pass
        /// Not before so long.
        case wait(Duration, Reason)
        /// When a call has ended.
        case full
    }

    package enum Reason: String, Hashable, Sendable {
        /// The circuit is open.
        case circuit
        /// The limit of calls a second.
        case rate
        /// The endpoint has asked for it.
        case asked
    }

    package private(set) var breaker: CircuitBreaker
    private let settings: Settings
    private var bucket = TokenBucket()
    private var bulkhead: Bulkhead
    /// Until when the endpoint has asked to be left alone.
    private var askedUntil: ContinuousClock.Instant?

    package init(_ settings: Settings = Settings(), at now: ContinuousClock.Instant) {
        self.settings = settings
        breaker = CircuitBreaker(settings.breaker, at: now)
        bulkhead = Bulkhead(limit: settings.inFlight)
    }

    package var inFlight: Int { bulkhead.inFlight }

    /// Asks whether a call may be made now; one that passes is made. Nothing is used up by one that does not.
    package mutating func admit(at now: ContinuousClock.Instant) -> Verdict {
        guard !bulkhead.isFull else { return .full }
        if let askedUntil, now < askedUntil { return .wait(askedUntil - now, .asked) }
        let wait = bucket.wait(settings.rate, at: now)
        guard wait == .zero else { return .wait(wait, .rate) }
        if case .refuse(let pause) = breaker.admit(at: now) { return .wait(pause, .circuit) }
        _ = bucket.take(settings.rate, at: now)
        bulkhead.enter()
        return .pass
    }

    /// A call has ended.
    /// - Parameters:
    ///   - hasFailed: whether it counts as the endpoint's failure; nil: it says nothing of the endpoint. Another probe
    ///     comes as behind one of which nothing is heard, or an endpoint that is unwell would be asked without a pause.
    ///   - retryAfter: how long it has asked to be left alone, for all its callers.
    /// - Returns: whether the state of the circuit has changed.
    package mutating func ended(
        sentAt: ContinuousClock.Instant, hasFailed: Bool?, retryAfter: Duration? = nil, at now: ContinuousClock.Instant
    ) -> Bool {
        bulkhead.leave()
        if let retryAfter, retryAfter > .zero { askedUntil = max(askedUntil ?? now, now + retryAfter) }
        guard let hasFailed else { return false }
        return hasFailed ? breaker.failed(sentAt: sentAt, at: now) : breaker.succeeded(sentAt: sentAt, at: now)
    }

    /// A call was not made after all, or nobody knows of it any more.
    /// - Parameter sentAt: when it was admitted.
    package mutating func dropped(sentAt: ContinuousClock.Instant) {
        bulkhead.leave()
        breaker.dropped(sentAt: sentAt)
    }
}
