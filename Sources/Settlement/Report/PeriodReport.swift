import Baselines
package import Contracts

/// What the orders of a period came to, of each resource and in all. Orders are added one by one, the earliest first:
/// what an order costs depends on those before it, by the month's cap and by the days that are judged together.
package struct PeriodReport: Sendable {
    /// A resource's part in an order.
    package struct Entry: Sendable {
        package let order: ReportedOrder
        /// nil: who belongs to none.
        package let resource: String?
        package let group: OrderTotals.Group
        /// What it is settled by, where it has a baseline of its own.
        package let own: OwnReduction?
        package let kpxKWh: Int128
        /// The order has ended, and all who accepted have been checked.
        package let isWhole: Bool
        /// What was ordered of it, more than 0; nil where that is not known.
        package let orderedWh: Int64?
        package let won: Won
        package let stated: KpxFigureStated?
        /// Earlier orders of the resource in the period that have no estimate: the month's cap and the days that are
        /// judged together are as if there were none of these.
        package let leftOut: LeftOut

        package enum Won: Sendable {
            case estimate(SettlementEstimate, of: SettledOrder)
            /// Why there is none.
            case none(String)
        }

        package var estimate: SettlementEstimate? { if case .estimate(let estimate, _) = won { estimate } else { nil } }
        package var settled: SettledOrder? { if case .estimate(_, let order) = won { order } else { nil } }
        package var whyNone: String? { if case .none(let reason) = won { reason } else { nil } }

        /// By how much a short notice raises the pay, in ten thousandths: RTWF; nil where the kind has none.
        package var noticeFactor: Int64? {
            guard case .reward(let terms) = estimate?.terms.pay, let notice = settled?.noticeMin else { return nil }
            return 10_000
                + nearest(Int128(terms.noticeMin) * 10_000, over: Int128(notice) * Int128(terms.noticeDivisor))
        }

        /// KPX's whole kWh less ours; nil where KPX's are not stated.
        package var differenceKWh: Int64? { stated?.figure.kpxKWh.map { Int64(clamping: Int128($0) - kpxKWh) } }

        /// What KPX says less what is paid by the exact energies; the estimate's own difference is by whole kWh.
        package var exactDifferenceWon: Int64? {
            guard let estimate, let kpxWon = stated?.figure.kpxWon else { return nil }
            return Int64(clamping: Int128(kpxWon) - Int128(estimate.exact.netWon))
        }

        /// Hundredths of a percent; nil where nothing is said to be ordered, or nobody has been checked.
        package var compliance: Int64? {
            guard let orderedWh, group.checked > 0 else { return nil }
            return SettlementEstimate.hundredths(Fraction(group.reducedWh, over: 1), of: Fraction(orderedWh))
        }
    }

    /// Orders without an estimate: how many, and the first of them.
    package struct LeftOut: Sendable, Hashable {
        /// So many are named.
        package static let most = 20

        package private(set) var count = 0
        package private(set) var orders: [OrderID] = []

        mutating func add(_ order: OrderID) {
            count += 1
            if orders.count < Self.most { orders.append(order) }
        }
    }

    /// Of a resource, or of all. Sums of won are of those entries that have any.
    package struct Sums: Sendable, Hashable {
        package var entries = 0
        package var orderedWh: Int128 = 0
        package var baselineWh: Int128 = 0
        package var usedWh: Int128 = 0
        package var reducedWh: Int128 = 0
        package var points: Int128 = 0
        package var kpxKWh: Int128 = 0
        package var settled = 0
        package var payWon: Int128 = 0
        package var penaltyWon: Int128 = 0
        package var netWon: Int128 { payWon - penaltyWon }
        /// The same by KPX's whole kWh.
        package var kpxNetWon: Int128 = 0
        /// Of entries of which KPX's figure is stated, and that less ours of the same entries: by whole kWh, and exact.
        package var stated = 0
        package var kpxWon: Int128 = 0
        package var differenceWon: Int128 = 0
        package var exactDifferenceWon: Int128 = 0
        package var objections = 0
    }

    package let period: ReportPeriod
    package private(set) var entries: [Entry] = []
    /// Orders of the period, and those of them that were withdrawn or have not ended.
    package private(set) var orders = 0
    package private(set) var withdrawn = 0
    package private(set) var open = 0
    package private(set) var all = Sums()
    /// Resources; customers of none are under nil.
    package private(set) var sums: [ExactText?: Sums] = [:]
    /// Resources of which trading stops, with the order by which it does.
    package private(set) var stopped: [(resource: String?, order: OrderID)] = []
    /// Parts of orders that later ones of their resources are reckoned without.
    package private(set) var leftOut: [(resource: String?, order: OrderID)] = []
    private var history: [ExactText?: PeriodHistory] = [:]
    private let settlement: PeriodSettlement

    package init(_ period: ReportPeriod, _ settlement: PeriodSettlement) {
        (self.period, self.settlement) = (period, settlement)
    }

    /// - Parameter only: the one resource that is wanted; nil: all.
    package mutating func add(_ order: ReportedOrder, _ totals: OrderTotals, only: String? = nil) {
        let groups = Self.groups(order, totals)
        let wanted = groups.filter { name, _ in only.map { name?.text.hasSameBytes($0) ?? false } ?? true }
        if only != nil, wanted.isEmpty { return }
        orders += 1
        if order.state == .cancelled {
            withdrawn += 1
            return
        }
        if order.state == .announced { open += 1 }
        for (name, group) in wanted.sorted(by: { PeriodReport.isBefore($0.key, $1.key) }) {
            add(order, totals, name, group, of: groups.count)
        }
    }

    /// A resource that was ordered has its part in the order, even if nobody of it has been asked.
    private static func groups(_ order: ReportedOrder, _ totals: OrderTotals) -> [ExactText?: OrderTotals.Group] {
        var groups = totals.groups
        for resource in order.targets?.resources ?? [] where groups[ExactText(resource.text)] == nil {
            groups[ExactText(resource.text)] = OrderTotals.Group()
        }
        return groups
    }

    private mutating func add(
        _ order: ReportedOrder, _ totals: OrderTotals, _ name: ExactText?, _ group: OrderTotals.Group, of count: Int
    ) {
        let ordered = settlement.orderedWh(order, of: name?.text, groups: count)
        let stated = order.stated(name?.text, isOnly: count == 1)
        let isWhole = order.state == .ended && group.accepted == group.checked
        let own = totals.own(name)
        var before = history[name] ?? PeriodHistory()
        let leftOut = before.leftOut
        let won: Entry.Won
        do throws(SettlementError) {
            guard order.state == .ended else { throw SettlementError("it has not ended") }
            guard isWhole else { throw SettlementError("not all who accepted have been checked") }
            // What nobody has accepted falls short wholly; without a quantity there is nothing to fall short of.
            guard group.checked > 0 || ordered != nil else { throw SettlementError("nobody has been checked") }
            guard !order.minutes(settlement.zone).isEmpty else {
                throw SettlementError("it took less than a minute")
            }
            let settled = settlement.settled(order, name?.text, (group, own), ordered, before, stated)
            let estimate = try SettlementEstimate(settled, settlement.rules)
            before.add(order, estimate, settlement.zone)
            if estimate.stopsTrading, !stopped.contains(where: { $0.resource == name?.text }) {
                stopped.append((name?.text, order.id))
            }
            won = .estimate(estimate, of: settled)
        } catch {
            won = .none(error.description)
            // Orders of kinds without cap and days leave nothing to others.
            if order.terms(settlement.rules, settlement.zone)?.pay.word != .reward {
                before.leaveOut(order)
                self.leftOut.append((name?.text, order.id))
            }
        }
        history[name] = before
        let entry = Entry(
            order: order, resource: name?.text, group: group, own: own, kpxKWh: totals.kpxKWh(of: name),
            isWhole: isWhole, orderedWh: ordered, won: won, stated: stated, leftOut: leftOut)
        entries.append(entry)
        all.add(entry)
        sums[name, default: Sums()].add(entry)
    }

    /// Resources by their names; who belongs to none is last.
    package var resources: [(name: String?, sums: Sums)] {
        sums.sorted { Self.isBefore($0.key, $1.key) }.map { ($0.key?.text, $0.value) }
    }

    private static func isBefore(_ one: ExactText?, _ other: ExactText?) -> Bool {
        guard let one else { return false }
        guard let other else { return true }
        return one.text.compareBytes(other.text) < 0
    }
}

extension PeriodReport.Sums {
    fileprivate mutating func add(_ entry: PeriodReport.Entry) {
        entries += 1
        orderedWh += Int128(entry.orderedWh ?? 0)
        baselineWh += entry.group.baselineWh
        usedWh += entry.group.usedWh
        reducedWh += entry.group.reducedWh
        points += entry.group.points
        kpxKWh += entry.kpxKWh
        if entry.stated?.figure.objection != nil { objections += 1 }
        guard let estimate = entry.estimate else { return }
        settled += 1
        payWon += Int128(estimate.exact.payWon)
        penaltyWon += Int128(estimate.exact.penaltyWon)
        kpxNetWon += Int128(estimate.kpx.netWon)
        guard let reconciliation = estimate.reconciliation else { return }
        stated += 1
        kpxWon += Int128(reconciliation.kpxWon)
        differenceWon += Int128(reconciliation.differenceWon)
        exactDifferenceWon += Int128(entry.exactDifferenceWon ?? 0)
    }
}
