import Baselines
import Contracts
import Workers

/// Which orders a customer has accepted, by the day: a quarter hour that several of them touch is paid once, and the
/// days that they lie in are no references. Noted beside the checks, since those lie by their orders' ids: to look for
/// a customer's orders of a day would cost as much as he has checks.
extension KepcoWorker {
    /// Checks of a customer that are looked at once, if an earlier version has noted none of his orders.
    private static var earlierLimit: Int { 10_000 }
    /// So much older than an order another one may be that is asked for behind it.
    private static var backdating: Int64 { 14 * Quarter.perDay }

    /// What of an order is counted for others, and the days that have to say so from now on.
    struct Claim {
        var countedFor: [CountedFor] = []
        fileprivate var days: [(key: String, orders: [AcceptedOrder])] = []
    }

    /// The quarter hours of the order that nobody has are its own, whole ones, however little of them it covers.
    /// - Throws: a rejection where they lie so scattered that a check cannot say which they are.
    func claim(_ id: ResponseID, _ accepted: AcceptedOrder, _ transaction: Transaction) throws -> Claim {
        let oldest = reach.of(accepted.quarters).lowerBound - Self.backdating
        try noteEarlierChecks(of: id.user, since: oldest.startsAt, transaction)
        let claim = try claim(accepted, of: id.user, transaction)
        guard claim.countedFor.count <= CountedFor.limit else {
            throw Rejection.refused(
                "response \(id): other orders of customer \(id.user) have quarter hours of it in "
                    + "\(claim.countedFor.count) stretches, and \(CountedFor.limit) is the most")
        }
        return claim
    }

    /// From now on the order has its quarter hours. Whatever compares a later order with its days is done again.
    func keep(_ claim: Claim, _ accepted: AcceptedOrder, of user: UserID, _ transaction: Transaction) throws {
        for (key, orders) in claim.days { transaction.put(Waiting.self, key, .orders(orders)) }
        mark(try recentChecks(of: user, transaction), user, behind: accepted.quarters, transaction)
    }

    private func claim(_ accepted: AcceptedOrder, of user: UserID, _ transaction: Transaction) throws -> Claim {
        var claim = Claim()
        var next = accepted.quarters.lowerBound
        while next < accepted.quarters.upperBound {
            let day = Day(number: next.number / Quarter.perDay)
            let end = min(Quarter(number: (day.number + 1) * Quarter.perDay), accepted.quarters.upperBound)
            let key = Waiting.ordersKey(user, day)
            let orders = try orders(key, transaction)
            let known = orders.map { (order: $0.order, quarters: $0.quarters) }
            var hasOwn = false
            for number in next.number..<end.number {
                let quarter = Quarter(number: number)
                let first = known.first { $0.quarters.contains(quarter) }?.order
                if let first, first != accepted.order { claim.add(quarter, first) } else { hasOwn = true }
            }
            if hasOwn, !orders.contains(where: { $0.order == accepted.order }) {
                claim.days.append((key, orders + [accepted]))
            }
            next = end
        }
        return claim
    }

    private func orders(_ key: String, _ transaction: Transaction) throws -> [AcceptedOrder] {
        guard case .orders(let orders) = try transaction.row(Waiting.self, key) else { return [] }
        return orders
    }

    /// What versions have checked that noted no orders has its quarter hours, too, as far back as orders are looked at.
    private func noteEarlierChecks(of user: UserID, since oldest: Timestamp, _ transaction: Transaction) throws {
        let noted = try transaction.keys(Waiting.self, prefix: Waiting.ordersPrefix(user), atMost: 1)
        guard noted.isEmpty else { return }
        var (earlier, count): ([AcceptedOrder], Int) = ([], 0)
        try transaction.scan(Checks.self, prefix: Self.prefix(user)) { key, check in
            if check.endsAt >= oldest, let id = Checks.id(key),
                OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt) != nil
            {
                earlier.append(AcceptedOrder(order: id.order, startsAt: check.startsAt, endsAt: check.endsAt))
            }
            count += 1
            return count < Self.earlierLimit
        }
        for accepted in earlier {
            for (key, orders) in try claim(accepted, of: user, transaction).days {
                transaction.put(Waiting.self, key, .orders(orders))
            }
        }
    }

    /// The customer's other orders on the order's day and those before it that a check can look at, by the day.
    func otherOrders(
        _ id: ResponseID, _ order: OrderQuarters, _ transaction: Transaction
    ) throws -> [AcceptedOrder] {
        let oldest = Waiting.ordersKey(id.user, Day(number: reach.of(order).lowerBound.number / Quarter.perDay - 1))
        let newest = Waiting.ordersKey(id.user, Day(number: order.first.number / Quarter.perDay))
        var others: [AcceptedOrder] = []
        try transaction.scan(Waiting.self, prefix: Waiting.ordersPrefix(id.user), after: oldest) { key, row in
            guard key <= newest, case .orders(let orders) = row else { return false }
            others += orders.filter { $0.order != id.order }
            return true
        }
        return others
    }

    /// The days that orders touch, by a market's clock.
    static func days(of orders: [AcceptedOrder], _ zone: Zone) -> Set<Day> {
        var days: Set<Day> = []
        for order in orders where !order.quarters.isEmpty {
            let (first, last) = (zone.day(of: order.quarters.lowerBound), zone.day(of: order.quarters.upperBound - 1))
            for number in first.number...last.number { days.insert(Day(number: number)) }
        }
        return days
    }
}

extension KepcoWorker.Claim {
    /// Joins what lies side by side.
    fileprivate mutating func add(_ quarter: Quarter, _ order: OrderID) {
        if let last = countedFor.last, last.order == order, last.endsAt == quarter.startsAt {
            countedFor[countedFor.count - 1].endsAt = (quarter + 1).startsAt
        } else {
            countedFor.append(
                CountedFor(order: order, startsAt: quarter.startsAt, endsAt: (quarter + 1).startsAt))
        }
    }
}
