package import Baselines
package import Contracts

/// What an order came to, of all who were asked: customers are added one by one, and what is kept does not grow with
/// them. Sums are of the checks' whole Wh, so that the list of participants adds up to them.
package struct OrderTotals: Sendable {
    /// Of a resource, or of all.
    package struct Group: Sendable, Hashable {
        package var asked = 0
        package var accepted = 0
        package var checked = 0
        package var real = 0
        package var baselineWh: Int128 = 0
        package var usedWh: Int128 = 0
        /// Baseline − use where both count; negative ones too.
        package var reducedWh: Int128 = 0
        package var points: Int128 = 0
        /// Thousandths of a Wh of each clock hour of which all counts.
        package fileprivate(set) var hours: [Int64: HourSum] = [:]
    }

    package struct HourSum: Sendable, Hashable {
        package var baselineMilliWh: Int128 = 0
        package var usedMilliWh: Int128 = 0
        /// KPX's: whole kWh of baseline and use of each customer's hour.
        package fileprivate(set) var customersKWh: Int128 = 0
    }

    /// More resources than one order has are one.
    private static let mostGroups = 10_000
    package static let furtherResources = ExactText("further resources")

    package private(set) var all = Group()
    /// By resource; customers without one are under nil.
    package private(set) var groups: [ExactText?: Group] = [:]
    package private(set) var denied = 0
    package private(set) var silent = 0
    /// Who accepted and has no check yet.
    package private(set) var waiting = 0
    package private(set) var cancelled = 0
    /// By the minute at which each quarter hour begins, of all whose reading and baseline are there.
    package private(set) var quarters: [Int64: HourSum] = [:]
    /// By resource, what is said of those that are settled by a baseline of their own.
    private var own: [ExactText: OwnReduction] = [:]

    private let start: Int64
    /// The last quarter hour begins before it.
    private let end: Int64
    /// KPX rounds a resource's hour, not a customer's.
    private let isByResource: Bool
    /// How many clock hours the order touches.
    private let clockHours: Int

    /// - Parameter terms: by which the order is settled.
    package init(_ order: ReportedOrder, _ terms: SettlementTerms?, _ zone: Zone) {
        start = zone.minute(of: order.startsAt)
        // An order that ends within a minute has a share of that, too.
        end = order.endsAt.map { zone.minute(of: Timestamp(milliseconds: $0.milliseconds - 1)) + 1 } ?? start
        isByResource = terms?.pay.word == .reward
        clockHours = order.minutes(zone).split(60).count
        self.zone = zone
    }

    private let zone: Zone

    package mutating func add(_ participant: Participant) {
        all.asked += 1
        let resource = participant.resource.map { ExactText($0) }
        let name = groups.count < Self.mostGroups || groups[resource] != nil ? resource : Self.furtherResources
        // Who was asked and is not any more makes no resource one of the order's.
        guard !participant.isCancelled else {
            cancelled += 1
            return
        }
        groups[name, default: Group()].asked += 1
        switch participant.answer {
        case .deny: denied += 1
        case .ignore: silent += 1
        case .accept:
            all.accepted += 1
            groups[name, default: Group()].accepted += 1
            guard let check = participant.check else {
                waiting += 1
                return
            }
            add(check, to: name)
        }
    }

    private mutating func add(_ check: CheckFigures, to name: ExactText?) {
        let hours = hours(check)
        all.add(check, hours)
        groups[name, default: Group()].add(check, hours)
    }

    /// The sums of each clock hour in which no quarter is missing; and adds up the quarters. Those that are counted for
    /// other orders are these orders', also where something is missing in them.
    private mutating func hours(_ check: CheckFigures) -> [Int64: HourSum] {
        guard check.counts else { return [:] }
        let first = (check.startsAt.map(zone.minute) ?? start) / 15 * 15
        var hours: [Int64: HourSum] = [:]
        var gaps: Set<Int64> = []
        for (position, (baseline, used)) in zip(check.baselineMilliWh, check.usedMilliWh).enumerated()
        where !check.others.contains(position) {
            let quarter = first + Int64(position) * 15
            guard quarter + 15 > start, quarter < end else { continue }
            guard let baseline, let used else {
                gaps.insert(quarter / 60)
                continue
            }
            hours[quarter / 60, default: HourSum()].add(baseline, used)
            quarters[quarter, default: HourSum()].add(baseline, used)
        }
        return hours.filter { !gaps.contains($0.key) }
    }

    /// Takes what is said last of a resource; of the whole order's kind it depends whether it counts. Energy and won
    /// are of the same figures: one that does not have each of the order's clock hours counts for neither.
    package mutating func add(_ reduction: ResourceReduction) {
        guard isByResource else { return }
        let own = reduction.own.flatMap { !$0.hours.isEmpty && $0.hours.count == clockHours ? $0 : nil }
        self.own[ExactText(reduction.resource.text)] = own
    }

    /// What a resource is settled by, with each clock hour of the order; nil: by the sums of its customers.
    package func own(_ resource: ExactText?) -> OwnReduction? { resource.flatMap { own[$0] } }

    /// In KPX's whole kWh, of a resource: of the clock hours that won are paid for.
    package func kpxKWh(of resource: ExactText?) -> Int128 {
        if let own = own(resource) { return own.hours.reduce(0) { $0 + $1.wholeKWh } }
        return (groups[resource] ?? Group()).hours.values.reduce(0) {
            $0 + (isByResource ? $1.wholeKWh : $1.customersKWh)
        }
    }

    /// The whole order's: of 국민DR the sum of its resources'.
    package var kpxKWh: Int128 {
        isByResource
            ? groups.keys.reduce(0) { $0 + kpxKWh(of: $1) } : all.hours.values.reduce(0) { $0 + $1.customersKWh }
    }
}

extension OrderTotals.Group {
    fileprivate mutating func add(_ check: CheckFigures, _ hours: [Int64: OrderTotals.HourSum]) {
        checked += 1
        if check.isReal { real += 1 }
        points += Int128(check.points)
        reducedWh += Int128(check.reducedWh)
        if check.counts {
            baselineWh += Int128(check.baselineWh)
            usedWh += Int128(check.usedWh)
        }
        for (hour, sum) in hours { self.hours[hour, default: OrderTotals.HourSum()].add(customer: sum) }
    }
}

extension OrderTotals.HourSum {
    fileprivate mutating func add(_ baseline: Int64, _ used: Int64) {
        baselineMilliWh += Int128(baseline)
        usedMilliWh += Int128(used)
    }

    fileprivate mutating func add(customer: Self) {
        baselineMilliWh += customer.baselineMilliWh
        usedMilliWh += customer.usedMilliWh
        customersKWh += customer.wholeKWh
    }

    fileprivate var wholeKWh: Int128 {
        Int128(nearest(baselineMilliWh, over: 1_000_000)) - Int128(nearest(usedMilliWh, over: 1_000_000))
    }
}

extension OwnReduction.Hour {
    fileprivate var wholeKWh: Int128 {
        Int128(nearest(Int128(baselineMilliWh), over: 1_000_000))
            - Int128(nearest(Int128(usedMilliWh), over: 1_000_000))
    }
}
