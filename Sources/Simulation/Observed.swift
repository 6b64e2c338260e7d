import Contracts

/// What the events have said of one customer so far, repeats and all.
struct Observed: Hashable {
    struct Check: Hashable {
        var outcome: ExpectedResult.Outcome
        var version: Int64
        var reason: String?
        var (resource, method): (ResourceID?, String?)
    }

    struct Payment: Hashable {
        var change: Int64
        var balance: Int64
    }

    var registrations = 0
    /// Those of which readings have come to kepco, counted from 1970; where the utility has them.
    var days: Set<Int64> = []
    var asked = 0
    /// How often notify has said that it knows how he is told.
    var contacts = 0
    /// What a receiver has taken for him of this order.
    var told: Set<NoticeKind> = []
    /// Of the last AcceptChosen or DenyChosen.
    var chosen: Answer?
    var saved: [Answer] = []
    /// A check and its corrections, in their order: the last one holds.
    var checks: [Check] = []
    var payments: [Payment] = []

    /// For the order, in all.
    var paid: Int64 { payments.reduce(0) { $0 + $1.change } }

    /// Whether what follows a check is there: points, or the deny that an accept becomes.
    var isSettled: Bool {
        guard let check = checks.last else { return true }
        guard check.outcome.isReal || chosen == .deny else { return false }
        return paid == check.outcome.points
    }
}

extension Observed.Check {
    init(_ check: ReductionCheck) {
        self.init(
            outcome: ExpectedResult.Outcome(
                baselineWh: check.baselineWh, usedWh: check.usedWh, reducedWh: check.reducedWh,
                isReal: check.isReal, points: check.adjustPoint),
            version: check.version, reason: check.reason, resource: check.resource,
            method: check.kind?.resourceMethod)
    }
}
