import Baselines
import Contracts
import JSON
import Market
import Workers

/// What an order may be by the market that holds: no clock, no I/O.
struct Admission {
    let market: Market
    let kind: Kind
    let rules: KindRules
    /// On which it starts, in the market's zone.
    let day: Day
    /// Limits that it passes since it is forced.
    let forced: [String]

    /// Throws where the order may not run.
    init(_ order: Order, _ start: StartDr, in market: Market, at time: Timestamp) throws(Rejection) {
        self.market = market
        guard let kind = market.kind(of: start.kind) else {
            let kinds = market.kinds.map(\.id).joined(separator: ", ")
            throw .refused("order \(order.id): there is no kind \(start.kind.shown); write one of \(kinds) as \"type\"")
        }
        day = Day(of: market.zone.minute(of: order.startsAt))
        guard let rules = kind.rules(on: day) else {
            let first = kind.rules.first.map { "\($0.from)" } ?? "no day"
            throw .refused("order \(order.id): kind \(kind.id) has rules from \(first) on, and it starts on \(day)")
        }
        (self.kind, self.rules) = (kind, rules)
        let broken = OrderCheck(rules, market).broken(from: order.startsAt, until: order.endsAt, asked: time)
        guard broken.isEmpty || start.isForced else {
            throw Self.refusal("start", order.id, kind.id, broken, source: rules.source)
        }
        forced = broken.map(\.name)
    }

    /// What the order's row and its event say of it.
    var orderRules: OrderRules {
        OrderRules(
            market: market.version, kind: kind.id, method: rules.method?.name, intervalMin: rules.method?.interval,
            forced: forced)
    }

    /// What the partition that counts is asked.
    func reservation(_ order: Order, isForced: Bool) -> ReserveOrder {
        let period = rules.period(of: day)
        return ReserveOrder(
            order: order.id, kind: kind.id, day: day.description, startsAt: order.startsAt, endsAt: order.endsAt,
            isForced: isForced,
            limits: CountLimits(
                ordersADay: rules.ordersADay, isContiguousAllowed: rules.isContiguousAllowed,
                hoursAPeriod: rules.hoursAPeriod, periodFrom: period.lowerBound.description,
                periodUntil: period.upperBound.description))
    }

    /// Names the limits, and how to pass them.
    static func refusal(
        _ verb: String, _ id: OrderID, _ kind: String, _ broken: [BrokenLimit], source: String?
    ) -> Rejection {
        let limits = broken.map { "\($0.name): \($0.words)" }.joined(separator: "; ")
        let rule = source.map { " (\($0))" } ?? ""
        return .refused(
            "order \(id) cannot \(verb) by the rules of kind \(kind)\(rule): \(limits). In an emergency \"force\": true "
                + "passes them")
    }
}

extension KindRules {
    /// Throws where an order may not get this end, and tells the limits that it passes since that is forced. What it
    /// passed already, when it was started, it may go on to pass.
    func checkChange(
        _ order: Order, to end: Timestamp, isForced: Bool, in market: Market
    ) throws(Rejection) -> [String] {
        let broken = OrderCheck(self, market).broken(from: order.startsAt, until: end, asked: nil)
            .filter { order.rules?.forced.contains($0.name) != true }
        guard broken.isEmpty || isForced else {
            throw Admission.refusal("change", order.id, order.rules?.kind ?? "", broken, source: source)
        }
        return broken.map(\.name)
    }
}
