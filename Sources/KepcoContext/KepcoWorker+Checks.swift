import Baselines
import Contracts
import Workers

extension KepcoWorker {
    /// A check has waited long enough. The id is its key.
    static var deadlineTimer: String { "readings" }
    /// Of a customer some checks have all their readings. The id is the customer's.
    static var completeTimer: String { "complete" }

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
        if let contradiction = entry.contradiction { throw Rejection.refused(contradiction) }
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
        let used = try history.some(order.range)
        guard used.contains(nil) else {
            return try evaluate(entry.id, check, order, used, history, transaction)
        }
        let waiting = try transaction.keys(Waiting.self, prefix: Self.prefix(entry.id.user), atMost: Waiting.limit)
        guard waiting.count < Waiting.limit else {
            throw Rejection.refused(
                "response \(entry.id): \(Waiting.limit) checks of customer \(entry.id.user) wait for readings already, which is "
                    + "the most that may")
        }
        transaction.put(Checks.self, key, check)
        transaction.put(Waiting.self, key, .order(startsAt: entry.startsAt, endsAt: endsAt))
        transaction.setTimer(Self.deadlineTimer, key, at: deadline)
    }

    /// Readings of these quarter hours have come. The check that has all of them now is done at once. Where they are
    /// several, as many as may wait, a timer does them one by one, between which the daemon looks at its clock.
    func checkWaiting(_ user: UserID, touching quarters: Range<Quarter>, _ transaction: Transaction) throws {
        let history = history(of: user, transaction)
        let complete = try complete(of: user, touching: quarters, atMost: 2, history, transaction)
        if complete.count == 1 {
            try check(complete[0], history, transaction)
        } else if !complete.isEmpty {
            transaction.setTimer(Self.completeTimer, user.text, at: transaction.now)
        }
    }

    /// Does the first of the checks that have all their readings; the others are the next timer's.
    func checkNext(of user: UserID, _ transaction: Transaction) throws {
        let history = history(of: user, transaction)
        let complete = try complete(of: user, touching: nil, atMost: 2, history, transaction)
        if let key = complete.first { try check(key, history, transaction) }
        if complete.count > 1 { transaction.setTimer(Self.completeTimer, user.text, at: transaction.time) }
    }

    /// The keys of checks that wait and have all their readings.
    private func complete(
        of user: UserID, touching quarters: Range<Quarter>?, atMost limit: Int, _ history: StoredHistory,
        _ transaction: Transaction
    ) throws -> [String] {
        var waiting: [(key: String, quarters: Range<Quarter>)] = []
        var seen = 0
        try transaction.scan(Waiting.self, prefix: Self.prefix(user)) { key, row in
            if case .order(let startsAt, let endsAt) = row {
                let order = OrderQuarters.range(startsAt: startsAt, endsAt: endsAt)
                if quarters?.overlaps(order) ?? true { waiting.append((key, order)) }
            }
            seen += 1
            // An older version has let any number wait: those behind have their deadlines.
            return seen < Waiting.limit
        }
        var complete: [String] = []
        for (key, order) in waiting where complete.count < limit {
            if try history.hasAll(order) { complete.append(key) }
        }
        return complete
    }

    /// Does a check that waits. One whose row has been taken out of the changelog waits no longer: it would count among
    /// those that may, and be found again by every reading.
    private func check(_ key: String, _ history: StoredHistory, _ transaction: Transaction) throws {
        guard let id = Checks.id(key), let check = try transaction.row(Checks.self, key), check.outcome == nil,
            let order = OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt)
        else { return transaction.delete(Waiting.self, key) }
        transaction.cancel(Timer(kind: Self.deadlineTimer, id: key, due: check.deadline))
        transaction.delete(Waiting.self, key)
        try evaluate(id, check, order, history.some(order.range), history, transaction)
    }

    private static func prefix(_ user: UserID) -> String { "\(user.text)/" }

    /// The deadline: what is there has to do.
    func giveUpWaiting(_ id: ResponseID, _ transaction: Transaction) throws {
        let key = Checks.key(id)
        guard let check = try transaction.row(Checks.self, key) else { return transaction.delete(Waiting.self, key) }
        guard check.outcome == nil, let order = OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt) else {
            return
        }
        transaction.delete(Waiting.self, key)
        let history = history(of: id.user, transaction)
        try evaluate(id, check, order, history.some(order.range), history, transaction)
    }

    func history(of user: UserID, _ transaction: Transaction) -> StoredHistory {
        StoredHistory(user, zone, daysKept: settings.daysKept, transaction)
    }

    /// Does a check, or does it again: then nothing follows unless it comes to other figures.
    func evaluate(
        _ id: ResponseID, _ check: Checks.Row, _ order: OrderQuarters, _ used: [Int64?], _ history: StoredHistory,
        _ transaction: Transaction
    ) throws {
        let sums = order.shares.isEmpty ? nil : try Baseline.sums(order, settings.method, history)
        let reduction = Reduction(order, used: used, baseline: sums.flatMap(Baseline.init))
        let before = check.outcome
        let outcome = Checks.Row.Outcome(
            reduction, before, milliPointsPerWh: before?.milliPointsPerWh ?? settings.milliPointsPerWh)
        if let before, before.isLike(outcome) || before.version == Limits.version.upperBound { return }
        var check = check
        check.outcome = outcome
        transaction.put(Checks.self, Checks.key(id), check)
        if before == nil { try remember(id, check, transaction) }
        let result = ReductionCheck(
            response: id, userName: check.userName, answer: .accept, baselineWh: reduction.baselineWh,
            usedWh: reduction.usedWh, reducedWh: reduction.reducedWh, adjustPoint: outcome.adjustPoint,
            isReal: reduction.isReal, version: outcome.version, reason: reduction.reason, method: settings.method.name,
            days: reduction.days.map(\.description), quarterBaselineMilliWh: reduction.quarterBaselineMilliWh,
            quarterUsedMilliWh: reduction.quarterUsedMilliWh,
            explanation: used.allSatisfy { $0 == nil } ? nil : sums.map { CheckExplanation(check, $0, settings.method) }
        )
        transaction.count(before != nil ? Self.correctedChecks : result.isReal ? Self.realChecks : Self.otherChecks)
        // The order's, whose trace it is, and nobody's request: else whether the readings came before the list or
        // behind it would decide whose name the check bears.
        transaction.within(Provenance(trace: check.trace)) { transaction.emit(result, key: id.user.text) }
    }
}
