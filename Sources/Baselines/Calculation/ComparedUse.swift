/// What was used in an order's intervals, and in the same ones of the days that may be its references: of one customer,
/// or of many together, whose baseline is one then. Of customers it can be added up by the days, whoever they are.
package struct ComparedUse: Sendable, Hashable {
    package struct Reference: Sendable, Hashable {
        /// Days of the calendar before the order.
        package let daysBefore: Int64
        /// An entry an interval; a reading that is missing counts as 0.
        package let use: [Int64]

        package init(daysBefore: Int64, use: [Int64]) { (self.daysBefore, self.use) = (daysBefore, use) }
    }

    /// On the order's own day.
    package let used: [Int64]
    /// Newest first.
    package let references: [Reference]

    package init(used: [Int64], references: [Reference]) { (self.used, self.references) = (used, references) }

    /// - Parameters:
    ///   - rules: without excluded days: which ones those are, is known for all customers together only.
    ///   - spare: so many days more than the method looks at, for those that turn out to be excluded.
    /// - Returns: nil for a customer who has a gap in the order.
    package init?(
        _ order: OrderTime, _ method: BaselineMethod, _ rules: DayRules, _ history: any UseHistory, spare: Int
    ) throws {
        let intervals = order.minutes.split(method.interval)
        let own = try history.use(in: intervals, daysBefore: 0)
        used = own.compactMap { $0 }
        guard used.count == own.count, let lookedAt = method.daysAddedUp else { return nil }
        var wider = method
        wider.lookBack = .eligibleDays(lookedAt + spare)
        references =
            try Candidates(wider, rules, order, history)?.find().map { day in
                Reference(daysBefore: day.daysBefore, use: day.uses.map { $0 ?? 0 })
            } ?? []
    }
}

extension BaselineMethod {
    /// Days that a method looks at, whose baseline is one of all customers together; nil where each has his own. Those
    /// are 국민DR's, which tells a market by what a gap means to it: a customer with one in the order is left out of the
    /// sum, one in a reference day counts as 0 there. What else is needed to add up days before they are chosen, all of
    /// KPX's methods have.
    package var daysAddedUp: Int? {
        guard case .eligibleDays(let count) = lookBack, measure == .sameTime, rank != .day, useRules.isEmpty,
            adjustment == nil, !includesOrderDay, shortage == .fewer || shortage == .bringBack,
            gaps == GapRule(reference: .zero, order: .customer)
        else { return nil }
        return count
    }

    /// The baseline of what was used together, and what was reduced.
    /// - Parameter rules: with the days of their orders excluded.
    package func result(_ order: OrderTime, _ rules: DayRules, _ use: ComparedUse) throws -> BaselineResult {
        let history = AddedUse(use, intervals: order.minutes.split(interval))
        var method = self
        // Days that nobody has added up are no references, instead of some without any use.
        let known = use.references.filter { !rules.excluded.contains(order.day - $0.daysBefore) }
        if case .eligibleDays(let count) = lookBack { method.lookBack = .eligibleDays(min(count, known.count)) }
        return try Calculation(method, rules, history).result(order)
    }
}

/// What has been added up, as a history.
private struct AddedUse: UseHistory {
    let daysKept: Int64 = 1000
    private let used: [Int64]
    private let references: [Int64: [Int64]]
    private let intervals: [Minutes]

    init(_ use: ComparedUse, intervals: [Minutes]) {
        (used, self.intervals) = (use.used, intervals)
        references = Dictionary(use.references.map { ($0.daysBefore, $0.use) }) { first, _ in first }
    }

    func use(in stretches: [Minutes], daysBefore: Int64) -> [Int64?] {
        let use = daysBefore == 0 ? used : references[daysBefore]
        return stretches.map { stretch in
            guard let use, let place = intervals.firstIndex(of: stretch), place < use.count else { return nil }
            return use[place]
        }
    }

    func useWithoutGaps(in stretches: [Minutes], daysBefore: Int64) -> [Int64] {
        use(in: stretches, daysBefore: daysBefore).map { $0 ?? 0 }
    }
}
