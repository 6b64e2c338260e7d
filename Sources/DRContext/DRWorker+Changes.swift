import Baselines
import Contracts
import Market
import Workers

/// Orders that take another end, ask others, or order another quantity. A later end of an order that is counted takes
/// its place among the others of its kind first.
extension DRWorker {
    func change(_ change: ChangeDr, _ transaction: Transaction) throws {
        let order = try orderAtHand(change.id, to: "change", transaction)
        try order.checkNotOver(at: transaction.time)
        let forced = try passed(by: change, order, transaction)
        var changed = order
        let event = try changed.change(
            end: change.endsAt, targets: others(change, order, transaction), quantity: change.targets.quantity,
            at: transaction.time, forced: forced)
        guard let reservation = try reservation(changed, order, isForced: change.isForced, transaction) else {
            try apply(changed, event, order, transaction)
            if changed.endsAt != order.endsAt { tell(changed, endsAt: changed.endsAt, transaction) }
            return
        }
        let row = Applications.Row(
            changed, transaction.keep(orElse: change, key: change.id.text), passedByChange: forced)
        transaction.within(Provenance(trace: transaction.trace)) {
            transaction.put(Applications.self, change.id.text, row)
        }
        transaction.send(reservation, key: reservation.kind)
    }

    /// The later end is counted, or the change becomes a dead letter. Nothing else has become of the order meanwhile:
    /// commands were refused, and its own end waited.
    func reservedChange(
        _ application: Applications.Row, _ passed: [String], _ reserved: OrderReserved, _ transaction: Transaction
    ) throws {
        guard let before = try transaction.row(OrdersAlone.self, reserved.order.text) else { return }
        if let refusal = reserved.refusal {
            transaction.deadLetter(application.record, .refused(refusal))
            // It may have come by now.
            if let endsAt = before.endsAt { transaction.setTimer(Self.end, reserved.order.text, at: endsAt) }
            return
        }
        var changed = application.order
        changed.rules?.forced += reserved.forced
        try apply(changed, changed.changed(forced: passed + reserved.forced), before, transaction)
    }

    private func apply(_ changed: Order, _ event: DRChanged, _ before: Order, _ transaction: Transaction) throws {
        var event = event
        event.parts = try parts(of: changed, transaction)
        save(changed, as: event, transaction)
        guard let end = changed.endsAt, end != before.endsAt else { return }
        if let timer = endTimer(before) { transaction.cancel(timer) }
        transaction.setTimer(Self.end, changed.id.text, at: end)
    }

    /// Whom an order asks from now on; nil: as before.
    private func others(_ change: ChangeDr, _ order: Order, _ transaction: Transaction) throws -> OrderTargets? {
        guard !change.targets.asksAll else { return nil }
        guard let kind = order.rules?.kind else {
            throw Rejection.refused(
                "order \(order.id) was started by an earlier version, and is of no kind of resources")
        }
        return try targets(change.targets, order.id, kind: kind, known: order.targets, transaction)
    }

    /// The limits of its kind that an order passes with another end, beside those that are counted.
    private func passed(by change: ChangeDr, _ order: Order, _ transaction: Transaction) throws -> [String] {
        guard let end = change.endsAt, end != order.endsAt || change.targets.isNothing,
            let (market, rules) = try rules(of: order, transaction)
        else { return [] }
        return try rules.checkChange(order, to: end, isForced: change.isForced, in: market)
    }

    /// What the partition that counts is asked; nil where a change takes no more time, or nothing limits that. What the
    /// order passed already it may go on to pass. The day is that of its start: how many orders it has stays the same.
    private func reservation(
        _ changed: Order, _ before: Order, isForced: Bool, _ transaction: Transaction
    ) throws -> ReserveOrder? {
        guard let countedOn = changed.countedOn, let day = Day(countedOn), let kind = changed.rules?.kind,
            let end = changed.endsAt, before.endsAt.map({ $0 < end }) ?? true,
            let (_, rules) = try rules(of: changed, transaction)
        else { return nil }
        let passed = before.rules?.forced ?? []
        let period = rules.period(of: day)
        let limits = CountLimits(
            ordersADay: nil, isContiguousAllowed: rules.isContiguousAllowed || passed.contains("contiguous"),
            hoursAPeriod: passed.contains("hoursAPeriod") ? nil : rules.hoursAPeriod,
            periodFrom: period.lowerBound.description, periodUntil: period.upperBound.description)
        guard !limits.isContiguousAllowed || limits.hoursAPeriod != nil else { return nil }
        return ReserveOrder(
            order: changed.id, kind: kind, day: countedOn, startsAt: changed.startsAt, endsAt: end,
            isForced: isForced, limits: limits)
    }

    /// By the market that holds now; what that does not know any more limits nothing.
    private func rules(of order: Order, _ transaction: Transaction) throws -> (Market, KindRules)? {
        guard let name = order.rules?.kind else { return nil }
        let market = try market(transaction)
        guard let kind = market.kinds.first(where: { $0.id == name }),
            let rules = kind.rules(on: Day(of: market.zone.minute(of: order.startsAt)))
        else { return nil }
        return (market, rules)
    }
}
