import Calls
import Contracts
import Meters
import OutsideClient
import Telemetry

/// Whether the utility may be asked now. One thread.
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

    private static let words = EndpointState.Words(
        refused: "the utility refuses us: no readings come until somebody has acted; see the key and the address",
        asked: "the utility asks to be left alone: no call is made for as long",
        open: "the utility does not answer as it should: its circuit is open, and few calls try it",
        closed: "the utility answers again: its circuit is closed")

    private var endpoint: EndpointState
    /// Whose answers have been unreadable since somebody's was not: each counts once. So one customer's trouble does
    /// not open the circuit for all.
    private var unreadable: Set<UserID> = []
    /// Who was refused last by a status alone.
    private var refusedLast: UserID?

    init(_ settings: CallGate.Settings, _ metrics: FeedMetrics, log: Logger) {
        endpoint = EndpointState(settings, metrics.utility, Self.words, log: log)
    }

    /// Asks whether a call may be made; one that passes is made.
    mutating func admit(underWay: Int, at now: ContinuousClock.Instant) -> CallGate.Verdict {
        endpoint.admit(underWay: underWay, at: now)
    }

    mutating func dropped(sentAt: ContinuousClock.Instant) { endpoint.dropped(sentAt: sentAt) }

    mutating func show(at now: ContinuousClock.Instant) { endpoint.show(at: now) }

    mutating func ended(_ end: End, at now: ContinuousClock.Instant) {
        let outcome = outcome(end)
        endpoint.ended(EndpointState.End(outcome, reason: end.reason, sentAt: end.sentAt), at: now)
    }

    private mutating func outcome(_ end: End) -> EndpointState.Outcome {
        switch end.outcome {
        case .refuse(_, of: .all):
            defer { refusedLast = end.user }
            return isEverybodys(end) ? .refusesAll : .failed(counts: isFirst(end.user), after: nil)
        case .retry(_, let after):
            guard end.status == 200, !endpoint.isRefused else { return .failed(counts: true, after: after) }
            return .failed(counts: isFirst(end.user), after: after)
        case .day, .noDataYet, .refuse(_, of: .customer):
            unreadable.removeAll()
            refusedLast = nil
            return .answered
        }
    }

    /// A status may be a proxy's, which does not like one customer's number: it concerns all where another one gets it,
    /// too. What the utility says itself does.
    private func isEverybodys(_ end: End) -> Bool {
        guard let status = end.status, status != 200 else { return true }
        return endpoint.isRefused || (refusedLast != nil && refusedLast != end.user)
    }

    /// Whether his trouble counts: once, until somebody has been answered.
    private mutating func isFirst(_ user: UserID) -> Bool {
        if unreadable.count >= 1000 { unreadable.removeAll() }
        return unreadable.insert(user).inserted
    }
}
