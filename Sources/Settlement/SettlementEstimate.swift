package import Baselines

/// What an order of a resource comes to: exact until the end, each sum of won rounded once, halves away from zero.
/// Every hour is settled by itself: what one hour reduces too much makes up for nothing in another.
package struct SettlementEstimate: Sendable, Hashable {
    package let terms: SettlementTerms
    /// By the exact energies.
    package let exact: Figures
    /// By the market's own figures, in whole kWh.
    package let kpx: Figures
    /// Hundredths of a percent of what was ordered for the order days that are judged together, this one included; nil
    /// where there are not enough of them, or nothing was ordered.
    package let meanOfDays: Int64?
    /// Trading stops for the period.
    package let stopsTrading: Bool
    package let reconciliation: Reconciliation?

    /// By one of the two ways to count energy.
    package struct Figures: Sendable, Hashable {
        package var hours: [Hour] = []
        package var payWon: Int64 = 0
        /// Before the cap.
        package var uncappedPenaltyWon: Int64 = 0
        package var penaltyWon: Int64 = 0
        package var netWon: Int64 { Int64(clamping: Int128(payWon) - Int128(penaltyWon)) }

        package var reduced: Fraction { hours.reduce(.zero) { $0 + $1.reduced } }
        package var credited: Fraction { hours.reduce(.zero) { $0 + $1.credited } }
        package var shortfall: Fraction { hours.reduce(.zero) { $0 + $1.shortfall } }
    }

    /// In kWh, and won a kWh.
    package struct Hour: Sendable, Hashable {
        package var reduced: Fraction
        package var credited: Fraction
        package var shortfall = Fraction.zero
        package var price: Fraction
    }

    /// In kWh; nil where an hour says nothing.
    package let ordered: Fraction?
    /// Reduced ÷ ordered, of the whole order; nil where nothing was ordered.
    package let compliance: Compliance?

    package struct Compliance: Sendable, Hashable {
        /// Hundredths of a percent, rounded once.
        package let hundredths: Int64
        /// nil where the terms have no such limit.
        package let isFull: Bool?
    }

    package init(_ order: SettledOrder, _ rules: SettlementRules) throws(SettlementError) {
        guard let terms = rules.terms(of: order.kind, on: order.day) else {
            let kinds = rules.kinds.map(\.id).joined(separator: ", ")
            throw SettlementError("there are no terms of kind \"\(order.kind)\" on \(order.day); kinds are \(kinds)")
        }
        self.terms = terms
        let calculation = SettlementCalculation(order, terms)
        let exact = try calculation.figures(order.hours.map(\.reduced))
        let kpx = try calculation.figures(order.hours.map { Fraction($0.wholeKWh) })
        (self.exact, self.kpx, ordered) = (exact, kpx, calculation.ordered)
        compliance = calculation.ordered.map { Self.compliance(exact.reduced, of: $0, terms) }
        (meanOfDays, stopsTrading) = Self.days(order, exact.reduced, calculation.ordered, terms)
        reconciliation = order.kpxWon.map { Reconciliation(kpxWon: $0, expected: kpx.netWon, terms.toleranceWon) }
    }

    private static func compliance(_ reduced: Fraction, of ordered: Fraction, _ terms: SettlementTerms) -> Compliance {
        guard case .credited(let credited) = terms.pay else {
            return Compliance(hundredths: hundredths(reduced, of: ordered), isFull: nil)
        }
        let full = ordered * Fraction(Int128(credited.fullMilliPercent), over: 100_000)
        return Compliance(hundredths: hundredths(reduced, of: ordered), isFull: reduced >= full)
    }

    /// Rounded once.
    package static func hundredths(_ reduced: Fraction, of ordered: Fraction) -> Int64 {
        (reduced * Fraction(10_000) * Fraction(ordered.denominator, over: ordered.numerator)).rounded
    }

    /// The newest order days, this one last, each with its own percentage: days with much ordered weigh no more.
    private static func days(
        _ order: SettledOrder, _ reduced: Fraction, _ ordered: Fraction?, _ terms: SettlementTerms
    ) -> (mean: Int64?, stops: Bool) {
        guard case .credited(let credited) = terms.pay, let ordered else { return (nil, false) }
        var days: [Day: (ordered: Fraction, reduced: Fraction)] = [order.day: (ordered, reduced)]
        for earlier in order.earlierDays {
            let kWh = (Fraction(Int128(earlier.orderedWh), over: 1000), Fraction(Int128(earlier.reducedWh), over: 1000))
            let so = days[earlier.day] ?? (.zero, .zero)
            days[earlier.day] = (so.ordered + kWh.0, so.reduced + kWh.1)
        }
        let newest = days.keys.sorted().suffix(Int(credited.stopDays)).compactMap { days[$0] }
        guard newest.count == Int(credited.stopDays) else { return (nil, false) }
        let sum = newest.reduce(0 as Int128) { $0 + Int128(hundredths($1.reduced, of: $1.ordered)) }
        let stops = sum * 10 < Int128(credited.stopDays) * Int128(credited.stopBelowMilliPercent)
        return (nearest(sum, over: Int128(credited.stopDays)), stops)
    }
}

/// What the market's operator says an order comes to, beside the same by its own way to count.
package struct Reconciliation: Sendable, Hashable {
    package let kpxWon: Int64
    /// What KPX says less what was expected: negative where too little is paid.
    package let differenceWon: Int64
    /// Too little is paid, by more than what is tolerated.
    package let isObjectionDue: Bool
    /// Too much is paid, by more than that: expect to be asked for it.
    package let isOverpaid: Bool

    init(kpxWon: Int64, expected: Int64, _ toleranceWon: Int64) {
        self.kpxWon = kpxWon
        // A penalty without a cap can be as large as figures get.
        differenceWon = Int64(clamping: Int128(kpxWon) - Int128(expected))
        isObjectionDue = differenceWon < -toleranceWon
        isOverpaid = differenceWon > toleranceWon
    }
}
