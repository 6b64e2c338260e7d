import Baselines
package import JSON

extension SettlementEstimate {
    /// One line: both ways to count, and what KPX says. Energies in whole Wh, percents with two decimals.
    package func write(_ order: SettledOrder, _ json: inout JSONWriter) {
        json.field("id", order.id)
        if let resource = order.resource { json.field("resource", resource) }
        json.field("kind", order.kind)
        json.field("day", order.day.description)
        if let ordered { json.field("orderedWh", Self.wh(ordered)) }
        json.field("reducedWh", Self.wh(exact.reduced))
        json.field("creditedWh", Self.wh(exact.credited))
        if case .credited = terms.pay { json.field("shortfallWh", Self.wh(exact.shortfall)) }
        if let compliance {
            json.field("compliancePercent", compliance.hundredths, decimals: 2)
            if let isFull = compliance.isFull { json.field("isFull", isFull) }
        }
        write(exact, &json)
        if let meanOfDays { json.field("meanOfDaysPercent", meanOfDays, decimals: 2) }
        if case .credited = terms.pay { json.field("stopsTrading", stopsTrading) }
        json.field(
            "kpx",
            object: { json in
                json.field("reducedKWh", kpx.reduced.rounded)
                write(kpx, &json)
            })
        guard let reconciliation else { return }
        json.field("kpxWon", reconciliation.kpxWon)
        json.field("differenceWon", reconciliation.differenceWon)
        json.field("objectionDue", reconciliation.isObjectionDue)
        json.field("overpaid", reconciliation.isOverpaid)
    }

    private func write(_ figures: Figures, _ json: inout JSONWriter) {
        json.field("payWon", figures.payWon)
        if case .credited = terms.pay { json.field("penaltyWon", figures.penaltyWon) }
        json.field("netWon", figures.netWon)
    }

    private static func wh(_ kWh: Fraction) -> Int64 { (kWh * Fraction(1000)).rounded }
}
