package import Baselines
package import Contracts

/// By what the orders of a period are settled: the terms, the prices, and what is known of the resources.
package struct PeriodSettlement: Sendable {
    package let rules: SettlementRules
    package let prices: ReportPrices
    package let resources: [ExactText: Resource]
    package let zone: Zone

    package init(_ rules: SettlementRules, _ prices: ReportPrices, _ resources: [ExactText: Resource], _ zone: Zone) {
        (self.rules, self.prices, self.resources, self.zone) = (rules, prices, resources, zone)
    }

    /// What was ordered of a resource: all, where the order is one resource's or nobody belongs to any; else the share
    /// that its capacity is of those of all resources that the order asks. nil where that is not known.
    func orderedWh(_ order: ReportedOrder, of resource: String?, groups: Int) -> Int64? {
        guard let whole = order.orderedWh else { return nil }
        guard let share = share(order, resource, groups) else { return nil }
        let wh = nearest(whole.numerator * Int128(share.own), over: whole.denominator * share.all)
        return wh > 0 ? wh : nil
    }

    private func share(_ order: ReportedOrder, _ resource: String?, _ groups: Int) -> (own: Int64, all: Int128)? {
        guard let targets = order.targets, !targets.resources.isEmpty else { return groups == 1 ? (1, 1) : nil }
        // Customers may have gone over to a resource that is not asked.
        guard targets.includes(resource.map(ResourceID.init(text:))) else { return nil }
        if targets.resources.count == 1, !targets.isUnassigned || groups == 1 { return (1, 1) }
        guard !targets.isUnassigned, let resource, let own = resources[ExactText(resource)]?.capacity else {
            return nil
        }
        var all: Int128 = 0
        for target in targets.resources {
            guard let capacity = resources[ExactText(target.text)]?.capacity else { return nil }
            all += Int128(capacity)
        }
        return (own, all)
    }

    /// What there is to settle of a resource's part in an order.
    /// - Parameters:
    ///   - figures: the sums of its customers, and what it has reduced by a baseline of its own, with each clock hour
    ///     of the order, as `OrderTotals` has it.
    ///   - orderedWh: of this resource.
    ///   - before: what its earlier orders leave to this one.
    func settled(
        _ order: ReportedOrder, _ resource: String?, _ figures: (group: OrderTotals.Group, own: OwnReduction?),
        _ orderedWh: Int64?, _ before: PeriodHistory, _ stated: KpxFigureStated?
    ) -> SettledOrder {
        let minutes = order.minutes(zone)
        let registered = resource.flatMap { resources[ExactText($0)] }
        var settled = SettledOrder(
            id: order.id.text, kind: order.kind ?? order.type, day: Day(of: minutes.lowerBound),
            hours: hours(minutes, figures, orderedWh, isByResource: order.terms(rules, zone)?.pay.word == .reward))
        settled.resource = resource
        settled.isTest = order.isTest
        settled.noticeMin = order.noticeMin
        settled.prices = prices.ofResource(resource)
        if let price = registered?.price {
            settled.prices.capacity = settled.prices.capacity ?? price * 1000
        }
        if let capacity = registered?.capacity, let price = settled.prices.capacity {
            // Wh an hour by thousandths of a won a kW.
            settled.capacityPayWon = nearest(Int128(capacity) * Int128(price), over: 1_000_000)
        }
        settled.penaltiesBeforeWon = before.penaltiesWon(settled.day)
        settled.earlierDays = before.days
        settled.kpxWon = stated?.figure.kpxWon
        return settled
    }

    /// The clock hours that the order touches: by the resource's own baseline, or with the sums of all whose readings
    /// are there.
    private func hours(
        _ minutes: Minutes, _ figures: (group: OrderTotals.Group, own: OwnReduction?), _ orderedWh: Int64?,
        isByResource: Bool
    ) -> [SettledOrder.Hour] {
        func milliWh(_ sum: Int128) -> Int64 {
            min(max(Int64(clamping: sum), SettlementLimits.milliWh.lowerBound), SettlementLimits.milliWh.upperBound)
        }
        // Where nobody has accepted it is known that nothing was reduced.
        let nothing: Int64? = figures.group.accepted == 0 ? 0 : nil
        let parts = minutes.split(60)
        let own = figures.own?.hours
        return parts.enumerated().map { position, part in
            let sum = figures.group.hours[part.lowerBound / 60]
            let share = orderedWh.map { nearest(Int128($0) * Int128(part.count), over: Int128(minutes.count)) }
            let start = Timestamp(milliseconds: (part.lowerBound - zone.offset) * 60_000)
            var hour = SettledOrder.Hour(
                startsAt: start, orderedWh: share.map { max($0, 1) },
                baselineMilliWh: own?[position].baselineMilliWh ?? sum.map { milliWh($0.baselineMilliWh) } ?? nothing,
                usedMilliWh: own?[position].usedMilliWh ?? sum.map { milliWh($0.usedMilliWh) } ?? nothing)
            hour.prices = prices.ofHour(start)
            // KPX rounds the hours of customers, of 국민DR those of the resource.
            if !isByResource, let sum { hour.kpxKWh = Int64(clamping: sum.customersKWh) }
            return hour
        }
    }
}

/// What earlier orders of a resource leave to a later one.
struct PeriodHistory: Sendable {
    private(set) var days: [OrderDay] = []
    /// Those without an estimate are not in it.
    private(set) var leftOut = PeriodReport.LeftOut()
    private var penalties: [String: Int64] = [:]

    mutating func add(_ order: ReportedOrder, _ estimate: SettlementEstimate, _ zone: Zone) {
        let day = Day(of: zone.minute(of: order.startsAt))
        penalties[Self.month(day), default: 0] += estimate.exact.penaltyWon
        guard let ordered = estimate.ordered else { return }
        func wh(_ kWh: Fraction) -> Int64 { (kWh * Fraction(1000)).rounded }
        days.append(OrderDay(day: day, orderedWh: wh(ordered), reducedWh: wh(estimate.exact.reduced)))
    }

    mutating func leaveOut(_ order: ReportedOrder) { leftOut.add(order.id) }

    func penaltiesWon(_ day: Day) -> Int64 { penalties[Self.month(day)] ?? 0 }

    private static func month(_ day: Day) -> String { String(day.description.prefix(7)) }
}
