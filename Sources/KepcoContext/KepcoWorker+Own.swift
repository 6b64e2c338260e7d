import Baselines
import Contracts
import Workers

/// A resource's own baseline: 국민DR has one of the sum of all customers who accepted. What each of them used, on the
/// order's day and on those that may be references, goes into the resource's sum with the check; at the resource's home
/// the days are chosen by what all used together. Each customer's own figure stays beside it: points go by that.
extension KepcoWorker {
    /// Days with orders that are passed over: one beyond them stays a day without a reference.
    private static var spareDays: Int { 10 }
    /// A resource's orders that are remembered, the newest: more than the days that any method looks back on.
    static var ownOrdersLimit: Int { 96 }

    /// What of a check is in the resource's own baseline; nil where its kind has none. A customer is whole in it, or
    /// left out: with a gap in the order, or with quarter hours that are another order's.
    func ownUse(
        of check: Checks.Row, _ order: OrderQuarters, _ rules: CheckRules, _ history: CheckHistory
    ) throws -> OwnUse? {
        // By kepco's settings nobody knows which method it would be: the resource has had its order all the same.
        guard check.resource != nil, let kind = check.kind,
            rules.bySettings != nil || rules.method.daysAddedUp != nil
        else { return nil }
        let own = OwnUse.Order(startsAt: check.startsAt, endsAt: check.endsAt, kind: kind)
        let time = OrderTime(rules.zone.minutes(of: order.range))
        guard check.countedFor.isEmpty, let method = Self.ownMethod(rules, order),
            let use = try ComparedUse(time, method, rules.days, history, spare: Self.spareDays)
        else { return OwnUse(own) }
        let days = use.references.map { ($0.daysBefore, $0.use) }
        return OwnUse(own, used: use.used, days: Dictionary(days) { first, _ in first })
    }

    /// nil where nothing is added up: the kind's resources have no baseline of their own, or the order is too long, or
    /// does not begin and end with a quarter hour.
    private static func ownMethod(_ rules: CheckRules, _ order: OrderQuarters) -> BaselineMethod? {
        guard rules.bySettings == nil, let days = rules.method.daysAddedUp,
            days + spareDays <= OwnUse.dayLimit, !order.shares.isEmpty,
            order.shares.allSatisfy({ $0 == Quarter.milliseconds }),
            rules.zone.minutes(of: order.range).split(rules.method.interval).count <= OwnUse.intervalLimit
        else { return nil }
        return rules.method
    }

    /// A partition has sent what its customers used: the resource has had an order on that day, which is no reference
    /// of a later order from now on.
    func noteOwnOrder(_ key: SumKey, _ own: OwnUse, _ transaction: Transaction) throws {
        // What a resource asks to be passed over is an order's length at most.
        guard let order = own.order, OrderQuarters(startsAt: order.startsAt, endsAt: order.endsAt) != nil else {
            return
        }
        let accepted = AcceptedOrder(order: key.order, startsAt: order.startsAt, endsAt: order.endsAt)
        var orders = try ownOrders(key.resource, transaction)
        guard !orders.contains(accepted) else { return }
        // Older than all that are remembered.
        if orders.count >= Self.ownOrdersLimit, accepted.startsAt < orders[0].startsAt { return }
        // The newest ones, whatever comes first.
        orders = (orders.filter { $0.order != key.order } + [accepted]).sorted {
            ($0.startsAt, $0.order.text) < ($1.startsAt, $1.order.text)
        }
        transaction.put(Waiting.self, Waiting.ownOrdersKey(key.resource), .orders(orders.suffix(Self.ownOrdersLimit)))
        for later in orders where later.startsAt > accepted.startsAt {
            let other = SumKey(later.order, key.resource)
            guard let total = try running(other.all, transaction), total.hasBegun else { continue }
            _ = try sayAgain(other, total.deadline, transaction)
        }
    }

    private func ownOrders(_ resource: ResourceID, _ transaction: Transaction) throws -> [AcceptedOrder] {
        guard case .orders(let orders) = try transaction.row(Waiting.self, Waiting.ownOrdersKey(resource)) else {
            return []
        }
        return orders
    }

    /// What is said of a resource's own baseline.
    enum Own {
        /// It has none, or nobody's use is in it, or not that of all who have been checked.
        case none
        case reduction(OwnReduction)
        /// The order's market has not come here yet.
        case waits
    }

    /// - Parameter sum: as messages say it: figures beyond that could not be added up.
    func own(_ key: SumKey, _ sum: ResourceSum, _ deadline: Timestamp, _ transaction: Transaction) throws -> Own {
        guard let order = sum.own.order,
            let quarters = OrderQuarters(startsAt: order.startsAt, endsAt: order.endsAt)
        else { return .none }
        // In any case: what is said later needs its market, too.
        let rules = try rules(
            of: order.kind, startsAt: order.startsAt, until: keptUntil(deadline), transaction)
        guard sum.own.customers > 0, sum.own.checked == sum.checked else { return .none }
        guard let rules else {
            return transaction.time < min(deadline + Self.marketPatience, .last) ? .waits : .none
        }
        guard let method = Self.ownMethod(rules, quarters) else { return .none }
        let others = try ownOrders(key.resource, transaction).filter { $0.order != key.order }
        let days = DayRules(holidays: rules.days.holidays, excluded: Self.days(of: others, rules.zone))
        let use = ComparedUse(
            used: sum.own.used,
            references: sum.own.daysBefore.map {
                ComparedUse.Reference(daysBefore: $0, use: sum.own.days[$0] ?? [])
            })
        let time = OrderTime(rules.zone.minutes(of: quarters.range))
        return .reduction(
            OwnReduction(try method.result(time, days, use), customers: sum.own.customers, method.name))
    }
}

extension OwnReduction {
    /// Figures are in tenths of a Wh.
    fileprivate init(_ result: BaselineResult, customers: Int64, _ method: String) {
        func said(_ tenths: Fraction, over unit: Int128) -> Int64 {
            let bounds = Limits.sum
            return min(max((tenths * Fraction(1, over: unit)).rounded, bounds.lowerBound), bounds.upperBound)
        }
        var kWh: (baseline: Int64, used: Int64, reduced: Int64) = (0, 0, 0)
        for hour in result.counted {
            let (baseline, used) = (
                said(hour.baseline ?? .zero, over: 10_000), said(Fraction(hour.used ?? 0), over: 10_000)
            )
            kWh = (kWh.baseline + baseline, kWh.used + used, kWh.reduced + baseline - used)
        }
        let days = Set(result.hours.flatMap(\.averagedDays)).sorted { $0 > $1 }
        self.init(
            customers: customers,
            wh: (
                said(result.baseline, over: 10), said(Fraction(result.used), over: 10), said(result.reduction, over: 10)
            ), kWh: kWh, method: method, days: days.prefix(OwnUse.dayLimit).map(\.description),
            hours: Self.hours(result).map { hour in
                Hour(
                    baselineMilliWh: said(hour.baseline * Fraction(100), over: 1),
                    usedMilliWh: said(Fraction(hour.used * 100, over: 1), over: 1))
            })
    }

    /// In tenths of a Wh, by the clock hours; none where one of them does not count.
    private static func hours(_ result: BaselineResult) -> [(baseline: Fraction, used: Int128)] {
        guard result.counted.count == result.hours.count else { return [] }
        var (hours, last): ([(baseline: Fraction, used: Int128)], Int64?) = ([], nil)
        for part in result.hours {
            let (baseline, used) = (part.baseline ?? .zero, Int128(part.used ?? 0))
            let hour = part.minutes.lowerBound / 60
            if hour == last {
                hours[hours.count - 1].baseline = hours[hours.count - 1].baseline + baseline
                hours[hours.count - 1].used += used
            } else {
                hours.append((baseline, used))
            }
            last = hour
        }
        return hours
    }
}

extension Waiting {
    static let ownOrdersPrefix = "//own/"

    /// At a resource's home: the orders that it has had.
    static func ownOrdersKey(_ resource: ResourceID) -> String { "\(ownOrdersPrefix)\(resource.text)" }
}
