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
        /// Whether it was answered with status 200, whatever was in it.
        let isReached: Bool
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

    init(_ settings: CallGate.Settings, _ metrics: FeedMetrics, log: Logger) {
        endpoint = EndpointState(settings, metrics.utility, Self.words, log: log)
    }

    /// Asks whether a call may be made; one that passes is made.
    mutating func admit(underWay: Int, at now: ContinuousClock.Instant) -> CallGate.Verdict {
        endpoint.admit(underWay: underWay, at: now)
    }

    mutating func dropped() { endpoint.dropped() }

    mutating func show(at now: ContinuousClock.Instant) { endpoint.show(at: now) }

    mutating func ended(_ end: End, at now: ContinuousClock.Instant) {
        let outcome = outcome(end)
        endpoint.ended(EndpointState.End(outcome, reason: end.reason, sentAt: end.sentAt), at: now)
    }

    private mutating func outcome(_ end: End) -> EndpointState.Outcome {
        switch end.outcome {
        case .refuse(_, of: .all): return .refusesAll
        case .retry(_, let after):
            guard end.isReached, !endpoint.isRefused else { return .failed(counts: true, after: after) }
            if unreadable.count >= 1000 { unreadable.removeAll() }
            return .failed(counts: unreadable.insert(end.user).inserted, after: after)
        case .day, .noDataYet, .refuse(_, of: .customer):
            unreadable.removeAll()
            return .answered
        }
    }
}
