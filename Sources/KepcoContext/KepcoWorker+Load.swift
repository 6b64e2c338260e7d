import Baselines
import Contracts
import Workers

/// The load of a resource while an order runs: by the quarter hour the baselines and the use of those who have accepted
/// so far and whose readings have come. What of a customer is in it, is calculated as his check is, whenever one of his
/// readings of the order comes, and taken away when he denies or the order is withdrawn. The check takes its place.
extension KepcoWorker {
    func take(_ chosen: AcceptChosen, _ transaction: Transaction) throws {
        try follow(chosen.entry, chosen.kind, transaction)
    }

    /// From now on the order is followed, if nothing is in the way of that.
    private func follow(_ entry: ListEntry, _ kind: OrderKind?, _ transaction: Transaction) throws {
        let id = entry.id
        // Behind its check it says that this was real after all.
        guard let order = LiveOrders.Order(entry, kind, trace: transaction.trace),
            try transaction.row(Checks.self, Checks.key(id)) == nil
        else { return }
        var live = try live(of: id.user, transaction) ?? LiveOrders()
        guard !live.orders.contains(where: { $0.order == id.order }), live.orders.count < LiveOrders.limit else {
            return
        }
        live.orders.append(order)
        try follow(live, live.orders.count - 1, id.user, transaction)
    }

    func take(_ chosen: DenyChosen, _ transaction: Transaction) throws { try leave(chosen.entry.id, transaction) }

    func take(_ cancelled: ListCancelled, _ transaction: Transaction) throws {
        try leave(cancelled.entry.id, transaction)
    }

    /// The order has another end, or one at last.
    func take(_ changed: ListChanged, _ transaction: Transaction) throws {
        let id = changed.entry.id
        guard var live = try live(of: id.user, transaction),
            let place = live.orders.firstIndex(where: { $0.order == id.order })
        else {
            // Versions that say no kind with it say nothing of who has accepted.
            if changed.entry.answer == .accept, let kind = changed.kind {
                try follow(changed.entry, kind, transaction)
            }
            return
        }
        guard let endsAt = changed.entry.endsAt else { return }
        live.orders[place].endsAt = endsAt
        try follow(live, place, id.user, transaction)
    }

    /// Readings of these quarter hours are new.
    func follow(_ user: UserID, touching quarters: Range<Quarter>, _ transaction: Transaction) throws {
        guard let live = try live(of: user, transaction) else { return }
        for (place, order) in live.orders.enumerated()
        where OrderQuarters.range(startsAt: order.startsAt, endsAt: order.endsAt).overlaps(quarters) {
            // As the one before has left it.
            guard let live = try self.live(of: user, transaction) else { return }
            try follow(live, place, user, transaction)
        }
    }

    /// Puts what the customer's readings come to now in the place of what was in the load.
    private func follow(_ live: LiveOrders, _ place: Int, _ user: UserID, _ transaction: Transaction) throws {
        var live = live
        let before = live.orders[place]
        let quarters = try quarters(of: before, user, transaction)
        live.orders[place].quarters = quarters
        transaction.put(Waiting.self, Waiting.liveKey(user), .live(live))
        try change(before, to: quarters, transaction)
    }

    /// The customer does not take part any more, or his check takes the place of this.
    /// - Returns: whether the order was followed.
    @discardableResult
    func leave(_ id: ResponseID, _ transaction: Transaction) throws -> Bool {
        guard let order = try takeLive(id, transaction) else { return false }
        try change(order, to: QuarterSums(), transaction)
        return true
    }

    /// A first check has this load: it takes the place of what was followed while the order ran.
    /// - Returns: how the load of the check's resource changes.
    func replace(
        _ load: QuarterSums, of id: ResponseID, _ resource: ResourceID?, _ transaction: Transaction
    ) throws -> QuarterSums {
        guard let order = try takeLive(id, transaction) else { return load }
        if order.resource == resource { return load - order.quarters }
        // He belonged to another one, as was heard later.
        try change(order, to: QuarterSums(), transaction)
        return load
    }

    /// Takes an order off those that are followed.
    private func takeLive(_ id: ResponseID, _ transaction: Transaction) throws -> LiveOrders.Order? {
        guard var live = try live(of: id.user, transaction),
            let place = live.orders.firstIndex(where: { $0.order == id.order })
        else { return nil }
        let order = live.orders.remove(at: place)
        if live.orders.isEmpty {
            transaction.delete(Waiting.self, Waiting.liveKey(id.user))
        } else {
            transaction.put(Waiting.self, Waiting.liveKey(id.user), .live(live))
        }
        return order
    }

    private func change(_ order: LiveOrders.Order, to quarters: QuarterSums, _ transaction: Transaction) throws {
        var change = ResourceSum()
        change.quarters = quarters - order.quarters
        let deadline = min(order.endsAt + settings.readingsDeadline, .last)
        try sum(change, SumKey(order.order, order.resource), deadline, trace: order.trace, transaction)
    }

    private func live(of user: UserID, _ transaction: Transaction) throws -> LiveOrders? {
        guard case .live(let live) = try transaction.row(Waiting.self, Waiting.liveKey(user)) else { return nil }
        return live
    }

    /// As a check would have it now; nothing as long as the order's market is not known.
    private func quarters(
        of live: LiveOrders.Order, _ user: UserID, _ transaction: Transaction
    ) throws -> QuarterSums {
        guard let order = OrderQuarters(startsAt: live.startsAt, endsAt: live.endsAt),
            order.count <= QuarterSums.limit
        else { return QuarterSums() }
        let readings = history(of: user, transaction)
        let used = try readings.some(order.range)
        guard used.contains(where: { $0 != nil }),
            let rules = try rules(of: live.kind, startsAt: live.startsAt, until: nil, transaction)
        else { return QuarterSums() }
        let history = CheckHistory(readings, rules.zone, reach.of(order), daysKept: settings.daysKept)
        let comparison = try compare(ResponseID(live.order, user), order, rules, history, transaction)
        return QuarterSums(Reduction(order, used: used, baseline: comparison.baseline), startsAt: live.startsAt)
    }
}

extension QuarterSums {
    /// The quarter hours that have a reading and a baseline.
    /// - Parameter others: places of those that are other orders'.
    init(_ reduction: Reduction, startsAt: Timestamp, others: Set<Int> = []) {
        let pairs = zip(reduction.quarterBaselineMilliWh, reduction.quarterUsedMilliWh).enumerated()
        let figures = pairs.map { place, pair in
            guard let baseline = pair.0, let used = pair.1, !others.contains(place) else { return Figures() }
            return Figures(customers: 1, baselineMilliWh: baseline, usedMilliWh: used)
        }
        self.init(startsAt: startsAt, figures)
    }
}
