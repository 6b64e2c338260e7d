import Contracts
import Workers

extension KepcoWorker {
    static var deadlineTimer: String { "readings" }

    /// Checks an accepted order now if its readings are there, else when they are or at the deadline.
    func ask(_ entry: ListEntry, _ transaction: Transaction) throws {
        let key = Checks.key(entry.id)
        if let check = try transaction.row(Checks.self, key) {
            throw Rejection.conflict(
                "response \(entry.id) " + (check.outcome == nil ? "waits for its readings" : "has been checked")
                    + " already")
        }
        guard let endsAt = entry.endsAt else {
            throw Rejection(
                .malformed, "field \"endsAt\" is missing: response \(entry.id) cannot be checked without it")
        }
        guard let order = OrderQuarters(startsAt: entry.startsAt, endsAt: endsAt) else {
            throw Rejection.refused(
                "response \(entry.id): the order from \(entry.startsAt) to \(endsAt) touches more than the "
                    + "\(Limits.readings) quarter hours of 7 days")
        }
        // By the clock: readings that lie unread in Kafka after an outage are still waited for.
        // No further than times can be read back.
        let deadline = min(max(endsAt, transaction.now) + settings.readingsDeadline, .last)
        let check = Checks.Row(entry, endsAt: endsAt, deadline: deadline, trace: transaction.trace)
        let history = history(of: entry.id.user, transaction)
        let used = try order.quarters.map(history.wh)
        guard used.contains(nil) else {
            return try evaluate(entry.id, check, order, used, history, transaction)
        }
        transaction.put(Checks.self, key, check)
        transaction.put(Waiting.self, key, Waiting.Row(startsAt: entry.startsAt, endsAt: endsAt))
        transaction.wake(Self.deadlineTimer, key, at: deadline)
    }

    /// Readings of these quarter hours have come: does the check that they belong to have all of them now?
    func checkWaiting(_ user: UserID, touching quarters: Range<Quarter>, _ transaction: Transaction) throws {
        var touched: [(key: String, order: OrderQuarters)] = []
        try transaction.scan(Waiting.self, prefix: "\(user.text)/") { key, row in
            if let order = OrderQuarters(startsAt: row.startsAt, endsAt: row.endsAt), order.touches(quarters) {
                touched.append((key, order))
            }
            return true
        }
        guard !touched.isEmpty else { return }
        let history = history(of: user, transaction)
        for (key, order) in touched {
            guard let used = try history.all(order.quarters), let id = Checks.id(key),
                let check = try transaction.row(Checks.self, key)
            else { continue }
            transaction.cancel(Timer(kind: Self.deadlineTimer, id: key, due: check.deadline))
            transaction.delete(Waiting.self, key)
            try evaluate(id, check, order, used, history, transaction)
        }
    }

    /// The deadline: what is there has to do.
    func giveUpWaiting(_ id: ResponseID, _ transaction: Transaction) throws {
        let key = Checks.key(id)
        guard let check = try transaction.row(Checks.self, key), check.outcome == nil,
            let order = OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt)
        else { return }
        transaction.delete(Waiting.self, key)
        let history = history(of: id.user, transaction)
        try evaluate(id, check, order, order.quarters.map(history.wh), history, transaction)
    }

    private func history(of user: UserID, _ transaction: Transaction) -> StoredHistory {
        StoredHistory(user, zone, daysKept: settings.daysKept, transaction)
    }

    private func evaluate(
        _ id: ResponseID, _ check: Checks.Row, _ order: OrderQuarters, _ used: [Int64?], _ history: StoredHistory,
        _ transaction: Transaction
    ) throws {
        let baseline = order.shares.isEmpty ? nil : try settings.method.baseline(order, history)
        let reduction = Reduction(order, used: used, baseline: baseline)
        let points = reduction.points(milliPointsPerWh: settings.milliPointsPerWh)
        var check = check
        check.outcome = Checks.Row.Outcome(
            isReal: reduction.isReal, reducedWh: reduction.reducedWh, adjustPoint: points)
        transaction.put(Checks.self, Checks.key(id), check)
        let result = ReductionCheck(
            response: id, userName: check.userName, answer: .accept, baselineWh: reduction.baselineWh,
            usedWh: reduction.usedWh, reducedWh: reduction.reducedWh, adjustPoint: points,
            isReal: reduction.isReal, reason: reduction.reason, method: settings.method.name,
            days: reduction.days.map(\.description), quarterBaselineMilliWh: reduction.quarterBaselineMilliWh,
            quarterUsedMilliWh: reduction.quarterUsedMilliWh)
        transaction.within(check.trace) { transaction.emit(result, key: id.user.text) }
    }
}
