import Baselines
import Contracts
import Workers

extension KepcoWorker {
    /// A check has waited long enough. The id is its key.
    static var deadlineTimer: String { "readings" }
    /// Of a customer some checks have all their readings. The id is the customer's.
    static var completeTimer: String { "complete" }

    /// Checks an accepted order now if its readings and its market are there, else when they are or at the deadline.
    func ask(_ saved: ListSaved, _ transaction: Transaction) throws {
        let entry = saved.entry
        let key = Checks.key(entry.id)
        if let check = try transaction.row(Checks.self, key) {
            throw Rejection.conflict(
                "response \(entry.id) " + (check.outcome == nil ? "waits for its readings" : "has been checked")
                    + " already")
        }
        let (order, endsAt) = try Self.order(entry)
        // By the clock: readings that lie unread in Kafka after an outage are still waited for.
        // No further than times can be read back.
        let deadline = min(max(endsAt, transaction.now) + settings.readingsDeadline, .last)
        let accepted = AcceptedOrder(order: entry.id.order, startsAt: entry.startsAt, endsAt: endsAt)
        let claim = try claim(entry.id, accepted, transaction)
        var check = Checks.Row(saved, endsAt: endsAt, deadline: deadline, trace: transaction.trace)
        check.countedFor = claim.countedFor
        try begin(entry.id, check, order, transaction)
        try keep(claim, accepted, of: entry.id.user, transaction)
    }

    private func begin(
        _ id: ResponseID, _ check: Checks.Row, _ order: OrderQuarters, _ transaction: Transaction
    ) throws {
        let history = history(of: id.user, transaction)
        let hasAll = try history.hasAll(order.range)
        // Also where readings are waited for: its market is kept from now on.
        let rules = try rules(of: check, transaction)
        if hasAll, let rules {
            return try evaluate(id, check, order, rules, history, transaction)
        }
        let waiting = try transaction.keys(Waiting.self, prefix: Self.prefix(id.user), atMost: Waiting.limit)
        guard waiting.count < Waiting.limit else {
            throw Rejection.refused(
                "response \(id): \(Waiting.limit) checks of customer \(id.user) wait for readings already, which is "
                    + "the most that may")
        }
        let key = Checks.key(id)
        var check = check
        if check.resource != nil { check.inSum = .accepted }
        transaction.put(Checks.self, key, check)
        try sum(id, nil, check, transaction)
        if hasAll { return waitForMarket(id, check, transaction) }
        transaction.put(Waiting.self, key, .order(startsAt: check.startsAt, endsAt: check.endsAt, market: nil))
        transaction.setTimer(Self.deadlineTimer, key, at: check.deadline)
    }

    /// What of an order can be checked.
    private static func order(_ entry: ListEntry) throws(Rejection) -> (order: OrderQuarters, endsAt: Timestamp) {
        guard let endsAt = entry.endsAt else {
            throw Rejection(
                .malformed, "field \"endsAt\" is missing: response \(entry.id) cannot be checked without it")
        }
        if let contradiction = entry.contradiction { throw Rejection.refused(contradiction) }
        guard let order = OrderQuarters(startsAt: entry.startsAt, endsAt: endsAt) else {
            throw Rejection.refused(
                "response \(entry.id): the order from \(entry.startsAt) to \(endsAt) touches more than the "
                    + "\(Limits.readings) quarter hours of 7 days")
        }
        return (order, endsAt)
    }

    /// Readings of these quarter hours have come. The check that has all of them now is done at once. Where they are
    /// several, as many as may wait, a timer does them one by one, between which the daemon looks at its clock.
    func check(
        _ waiting: [WaitingCheck], of user: UserID, touching quarters: Range<Quarter>, _ transaction: Transaction
    ) throws {
        let history = history(of: user, transaction)
        let complete = try complete(waiting, touching: quarters, atMost: 2, history)
        if complete.count == 1 {
            try check(complete[0], history, transaction)
        } else if !complete.isEmpty {
            transaction.setTimer(Self.completeTimer, user.text, at: transaction.now)
        }
    }

    /// Does the first of the checks that have all their readings; the others are the next timer's.
    func checkNext(of user: UserID, _ transaction: Transaction) throws {
        let history = history(of: user, transaction)
        let complete = try complete(waiting(of: user, transaction), touching: nil, atMost: 2, history)
        if let key = complete.first { try check(key, history, transaction) }
        if complete.count > 1 { transaction.setTimer(Self.completeTimer, user.text, at: transaction.time) }
    }

    /// The keys of checks that wait for readings and have all of them.
    private func complete(
        _ waiting: [WaitingCheck], touching quarters: Range<Quarter>?, atMost limit: Int, _ history: StoredHistory
    ) throws -> [String] {
        var complete: [String] = []
        for waiting in waiting where complete.count < limit && waiting.isForReadings {
            guard quarters?.overlaps(waiting.quarters) ?? true else { continue }
            if try history.hasAll(waiting.quarters) { complete.append(waiting.key) }
        }
        return complete
    }

    /// A check that waits.
    struct WaitingCheck {
        let key: String
        let startsAt: Timestamp
        /// Those of its order.
        let quarters: Range<Quarter>
        /// Not where it waits for its market.
        let isForReadings: Bool
    }

    /// A customer's checks that wait.
    func waiting(of user: UserID, _ transaction: Transaction) throws -> [WaitingCheck] {
        var waiting: [WaitingCheck] = []
        try transaction.scan(Waiting.self, prefix: Self.prefix(user)) { key, row in
            if case .order(let startsAt, let endsAt, let market) = row {
                waiting.append(
                    WaitingCheck(
                        key: key, startsAt: startsAt,
                        quarters: OrderQuarters.range(startsAt: startsAt, endsAt: endsAt), isForReadings: market == nil)
                )
            }
            // An older version has let any number wait: those behind have their deadlines.
            return waiting.count < Waiting.limit
        }
        return waiting
    }

    /// Does a check that waits for readings. One whose row has been taken out of the changelog waits no longer: it
    /// would count among those that may, and be found again by every reading.
    private func check(_ key: String, _ history: StoredHistory, _ transaction: Transaction) throws {
        guard let id = Checks.id(key), let check = try transaction.row(Checks.self, key), check.outcome == nil,
            let order = OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt)
        else { return transaction.delete(Waiting.self, key) }
        transaction.cancel(Timer(kind: Self.deadlineTimer, id: key, due: check.deadline))
        guard let rules = try rules(of: check, transaction) else {
            return waitForMarket(id, check, transaction)
        }
        transaction.delete(Waiting.self, key)
        try evaluate(id, check, order, rules, history, transaction)
    }

    static func prefix(_ user: UserID) -> String { "\(user.text)/" }

    /// The deadline: what is there has to do, but for the market, which is waited for a day longer.
    func giveUpWaiting(_ id: ResponseID, _ transaction: Transaction) throws {
        let key = Checks.key(id)
        guard let check = try transaction.row(Checks.self, key) else { return transaction.delete(Waiting.self, key) }
        guard check.outcome == nil, let order = OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt) else {
            return
        }
        let isLast = transaction.time >= Self.lastDeadline(check)
        guard let rules = try rules(of: check, transaction) ?? (isLast ? withoutMarket(check) : nil) else {
            return waitForMarket(id, check, transaction)
        }
        if isLast { stopWaitingForMarket(key, check, transaction) }
        transaction.delete(Waiting.self, key)
        try evaluate(id, check, order, rules, history(of: id.user, transaction), transaction)
    }

    func history(of user: UserID, _ transaction: Transaction) -> StoredHistory {
        StoredHistory(user, zone, transaction)
    }
}
