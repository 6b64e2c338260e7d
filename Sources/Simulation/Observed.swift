import Contracts

/// What the events have said of one customer so far, repeats and all.
struct Observed: Hashable {
    struct Check: Hashable {
        var outcome: ExpectedResult.Outcome
        var reason: String?
    }

    struct Payment: Hashable {
        var change: Int64
        var balance: Int64
    }

    var registrations = 0
    var asked = 0
    /// Of the last AcceptChosen or DenyChosen.
    var chosen: Answer?
    var saved: [Answer] = []
    var checks: [Check] = []
    var payments: [Payment] = []

    /// Whether what follows a check is there: points, or the deny that an accept becomes.
    var isSettled: Bool {
        guard let check = checks.first else { return true }
        guard check.outcome.isReal else { return chosen == .deny }
        return check.outcome.points == 0 || !payments.isEmpty
    }
}

extension Observed.Check {
    init(_ check: ReductionCheck) {
        self.init(
            outcome: ExpectedResult.Outcome(
                baselineWh: check.baselineWh, usedWh: check.usedWh, reducedWh: check.reducedWh,
                isReal: check.isReal, points: check.adjustPoint),
            reason: check.reason)
    }
}
