import Baselines
import Contracts
import Workers

/// Corrections: a reading that comes or changes behind a check has it done again. However many readings come, each
/// marks the checks that it can change in one row, and a customer's marked checks are done one at a time,
/// `correctionsDelay` apart. So a back-fill costs one look a record and no more checks than those.
extension KepcoWorker {
    /// Of a customer some checks are marked. The id is the customer's.
    static var correctionTimer: String { "correct" }

    private var age: Duration { .seconds(settings.correctionsDays * 86_400) }
    var reach: Reach { Reach(zone: zone, daysKept: settings.daysKept) }

    func recentChecks(of user: UserID, _ transaction: Transaction) throws -> RecentChecks? {
        guard case .recent(let recent) = try transaction.row(Waiting.self, Waiting.recentKey(user)) else { return nil }
        return recent
    }

    /// A check has been done first: from now on it can be corrected.
    func remember(_ id: ResponseID, _ check: Checks.Row, _ transaction: Transaction) throws {
        guard settings.correctionsDays > 0, check.endsAt > check.startsAt else { return }
        var recent = try recentChecks(of: id.user, transaction) ?? RecentChecks()
        recent.add(
            RecentChecks.Check(
                order: id.order, startsAt: check.startsAt, endsAt: check.endsAt, deadline: check.deadline),
            at: check.deadline - settings.readingsDeadline, correctedFor: age)
        transaction.put(Waiting.self, Waiting.recentKey(id.user), .recent(recent))
    }

    /// The oldest day that a check may look at which waits or can still be corrected: it is done with what it had in
    /// time, and not with less. nil where none needs any.
    func oldestDayNeeded(by recent: RecentChecks?, _ waiting: [WaitingCheck]) -> Day? {
        let starts = (recent?.checks.map(\.startsAt) ?? []) + waiting.map(\.startsAt)
        return starts.map { reach.oldestDay(ofOrderAt: $0) }.min()
    }

    /// Readings of these quarter hours are new, or others than before.
    func mark(
        _ recent: RecentChecks?, _ user: UserID, touchedBy quarters: Range<Quarter>, _ transaction: Transaction
    ) {
        mark(recent, user, transaction) { reach.of($0).overlaps(quarters) }
    }

    /// An order of these quarter hours has become known, maybe behind checks of later ones.
    func mark(
        _ recent: RecentChecks?, _ user: UserID, behind quarters: Range<Quarter>, _ transaction: Transaction
    ) {
        mark(recent, user, transaction) { reach.before($0).overlaps(quarters) }
    }

    private func mark(
        _ recent: RecentChecks?, _ user: UserID, _ transaction: Transaction,
        where isChanged: (RecentChecks.Check) -> Bool
    ) {
        guard let recent else { return }
        var marked = recent
        if marked.mark(at: transaction.receivedAt, correctedFor: age, where: isChanged) {
            let due = marked.setDue(transaction.now + settings.correctionsDelay)
            transaction.setTimer(Self.correctionTimer, user.text, at: due)
        }
        if marked.checks.isEmpty {
            transaction.delete(Waiting.self, Waiting.recentKey(user))
        } else if marked != recent {
            transaction.put(Waiting.self, Waiting.recentKey(user), .recent(marked))
        }
    }

    /// Does the customer's check again that has been marked the longest; the others are the next timer's.
    func correctNext(of user: UserID, _ transaction: Transaction) throws {
        guard var recent = try recentChecks(of: user, transaction), let next = recent.takeMarked() else { return }
        if recent.hasMarked {
            let due = recent.setDue(transaction.time + settings.correctionsDelay)
            transaction.setTimer(Self.correctionTimer, user.text, at: due)
        }
        transaction.put(Waiting.self, Waiting.recentKey(user), .recent(recent))
        let id = ResponseID(next.order, user)
        guard let check = try transaction.row(Checks.self, Checks.key(id)), check.outcome != nil,
            let order = OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt),
            // By the same rules as first. Where they are no longer kept it stays as it is.
            let rules = try rules(of: check, transaction)
        else { return }
        try evaluate(id, check, order, rules, history(of: user, transaction), transaction)
    }
}
