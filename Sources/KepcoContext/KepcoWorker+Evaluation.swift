import Baselines
import Contracts
import Workers

extension KepcoWorker {
    /// Does a check, or does it again: then nothing follows unless it comes to other figures.
    func evaluate(
        _ id: ResponseID, _ check: Checks.Row, _ order: OrderQuarters, _ rules: CheckRules, _ readings: StoredHistory,
        paying payment: Payment? = nil, _ transaction: Transaction
    ) throws {
        let used = try readings.some(order.range)
        let history = CheckHistory(readings, rules.zone, reach.of(order), daysKept: settings.daysKept)
        let comparison = try compare(id, order, rules, history, transaction)
        let reduction = Reduction(
            order, used: used, baseline: comparison.baseline, gaps: rules.method.gaps.order,
            parts: order.parts(rules.method.interval, rules.zone), countedFor: check.countedFor)
        let outcome = Checks.Row.Outcome(
            reduction, check.outcome, rules, hasResource: check.resource != nil, payment)
        let own = try ownUse(of: check, order, rules, history)
        guard try settle(id, check, outcome, reduction, order, own, transaction) else { return }
        let isExplained = !used.allSatisfy { $0 == nil }
        let result = ReductionCheck(
            id, check, reduction, outcome, rules,
            isExplained ? CheckExplanation(check, order, comparison.sums, rules.method, comparison.adjustment) : nil)
        let isFirst = check.outcome == nil
        transaction.count(!isFirst ? Self.correctedChecks : result.isReal ? Self.realChecks : Self.otherChecks)
        if isFirst, rules.bySettings != nil { transaction.count(Self.checksBySettings) }
        // The order's, whose trace it is, and nobody's request: else whether the readings came before the list or
        // behind it would decide whose name the check bears.
        // And behind the order: readings state their times, and a check that states an old one is not paid.
        transaction.within(Provenance(trace: check.trace)) {
            transaction.emit(result, key: id.user.text, notBefore: check.endsAt)
        }
    }

    /// Keeps what a check comes to, and what of it is in its resource's sum.
    /// - Returns: whether it comes to other figures than before.
    private func settle(
        _ id: ResponseID, _ before: Checks.Row, _ outcome: Checks.Row.Outcome, _ reduction: Reduction,
        _ order: OrderQuarters, _ own: OwnUse?, _ transaction: Transaction
    ) throws -> Bool {
        let isSame =
            before.outcome.map { $0.isLike(outcome) || $0.version == Limits.version.upperBound } ?? false
        var after = before
        if !isSame { after.outcome = outcome }
        if after.resource != nil { after.inSum = reduction.isCounted ? .counted : .leftOut }
        after.own = own
        guard !isSame || after.inSum != before.inSum || after.own != before.own else { return false }
        transaction.put(Checks.self, Checks.key(id), after)
        try share(id, after, transaction)
        if before.outcome == nil {
            let load = QuarterSums(
                reduction, startsAt: after.startsAt, others: order.positions(of: after.countedFor))
            try sum(id, before, after, load: try replace(load, of: id, after.resource, transaction), transaction)
            try remember(id, after, transaction)
        } else {
            // Corrections leave the load as it is.
            try sum(id, before, after, transaction)
        }
        return !isSame
    }
}

extension ReductionCheck {
    /// As many days are named: those of all parts of an order together may be more.
    private static let mostDays = 100

    fileprivate init(
        _ id: ResponseID, _ check: Checks.Row, _ reduction: Reduction, _ outcome: Checks.Row.Outcome,
        _ rules: CheckRules, _ explanation: CheckExplanation?
    ) {
        self.init(
            response: id, userName: check.userName, resource: check.resource, answer: .accept,
            baselineWh: reduction.baselineWh, usedWh: reduction.usedWh, reducedWh: reduction.reducedWh,
            adjustPoint: outcome.adjustPoint, sharing: outcome.sharing, isReal: reduction.isReal,
            version: outcome.version, reason: reduction.reason, method: rules.method.name,
            kind: check.kind, bySettings: rules.bySettings, countedFor: check.countedFor,
            days: reduction.days.prefix(Self.mostDays).map(\.description),
            quarterBaselineMilliWh: reduction.quarterBaselineMilliWh,
            quarterUsedMilliWh: reduction.quarterUsedMilliWh, explanation: explanation)
    }
}
