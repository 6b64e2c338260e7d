import Calls
import Contracts
import Meters
import Telemetry

/// Whether the utility may be asked now, and what operators are told of that. One thread.
struct UtilityState {
    /// A call that has ended.
    struct End {
        let user: UserID
        let outcome: MeterOutcome
        /// Of the answer, whatever was in it; nil: there was none.
        let status: Int?
        /// Without secrets.
        let reason: String
        let sentAt: ContinuousClock.Instant
    }

    /// Why no call is made for a while, beside an open circuit.
    enum Pause: String, CaseIterable {
        /// `Retry-After`.
        case asked
        /// It refuses everybody.
        case refused
    }

    private let metrics: FeedMetrics
    private let log: Logger
    private let retry: Duration
    private var gate: CallGate
    private var refusals = Refusals()
    private var paused: (why: Pause, until: ContinuousClock.Instant)?
    private var openSince: ContinuousClock.Instant?
    /// Whose answers have been unreadable since somebody's was not: each counts once. So one customer's trouble does
    /// not open the circuit for all.
    private var unreadable: Set<UserID> = []
    /// Who was refused last by a status alone.
    private var refusedLast: UserID?

    init(_ settings: CallGate.Settings, _ metrics: FeedMetrics, log: Logger) {
        (self.metrics, self.log, retry) = (metrics, log, settings.breaker.pause)
        gate = CallGate(settings, at: .now)
    }

    /// Asks whether a call may be made; one that passes is made.
    mutating func admit(underWay: Int, at now: ContinuousClock.Instant) -> CallGate.Verdict {
        // Where everybody is refused one call tries whether that has changed.
        if refusals.isRefused, underWay > 0 { return .full }
        let verdict = gate.admit(at: now)
        // The probe's: the circuit may be half open now.
        if verdict == .pass { metrics.show(gate.breaker.state) }
        return verdict
    }

    mutating func dropped() { gate.dropped() }

    mutating func show(at now: ContinuousClock.Instant) {
        if let until = paused?.until, now >= until { paused = nil }
        metrics.show(paused?.why)
    }

    mutating func ended(_ end: End, at now: ContinuousClock.Instant) {
        let isEverybodys = isEverybodys(end)
        var wait: Duration?
        switch end.outcome {
        case .refuse(_, of: .all) where isEverybodys:
            wait = refusals.refused(sentAt: end.sentAt, at: now)
            if let wait { pause(.refused, wait, end.reason, now) }
        // Whatever it says does not stop us for ever.
        case .retry(_, let after?):
            wait = min(after, Retries().longestAsked)
            if let wait { pause(.asked, wait, end.reason, now) }
        case .retry, .refuse(_, of: .all): break
        case .day, .noDataYet, .refuse(_, of: .customer):
            refusals.ended()
            unreadable.removeAll()
            refusedLast = nil
        }
        if case .refuse(_, of: .all) = end.outcome { refusedLast = end.user }
        guard let hasFailed = hasFailed(end, isEverybodys) else {
            gate.dropped()
            return
        }
        let changed = gate.ended(sentAt: end.sentAt, hasFailed: hasFailed, retryAfter: wait, at: now)
        if changed { tell(end.reason, now) }
    }

    /// A status may be a proxy's, which does not like one customer's number: it concerns all where another one gets it,
    /// too. What the utility says itself does.
    private func isEverybodys(_ end: End) -> Bool {
        guard let status = end.status, status != 200 else { return true }
        return refusals.isRefused || (refusedLast != nil && refusedLast != end.user)
    }

    /// Whether that counts as the endpoint's failure; nil: it says nothing of the endpoint, being one customer's again.
    private mutating func hasFailed(_ end: End, _ isEverybodys: Bool) -> Bool? {
        guard end.outcome.isFailure else { return false }
        let isHis = if case .refuse = end.outcome { !isEverybodys } else { end.status == 200 }
        guard isHis, !refusals.isRefused else { return true }
        if unreadable.count >= 1000 { unreadable.removeAll() }
        return unreadable.insert(end.user).inserted ? true : nil
    }

    private mutating func pause(
        _ why: Pause, _ wait: Duration, _ reason: String, _ now: ContinuousClock.Instant
    ) {
        let until = now + wait
        guard until > paused?.until ?? now else { return }
        let isNew = paused?.why != why
        paused = (why, until)
        metrics.show(why)
        let fields: LogFields = ["reason": reason, "pause.s": Int(wait / .seconds(1))]
        switch why {
        case .refused:
            log.error(
                "the utility refuses us: no readings come until somebody has acted; see the key and the address", fields
            )
        case .asked:
            if isNew { log.warning("the utility asks to be left alone: no call is made for as long", fields) }
        }
    }

    private mutating func tell(_ reason: String, _ now: ContinuousClock.Instant) {
        metrics.show(gate.breaker.state)
        switch gate.breaker.state {
        case .open:
            // Opened by probes it has been open before.
            openSince = openSince ?? now
            log.warning(
                "the utility does not answer as it should: its circuit is open, and few calls try it",
                ["reason": reason.isEmpty ? "slow" : reason, "retry.ms": Int(retry / .milliseconds(1))])
        case .closed:
            log.info(
                "the utility answers again: its circuit is closed",
                ["after.s": Int((now - (openSince ?? now)) / .seconds(1))])
            openSince = nil
        case .halfOpen: break
        }
    }
}
