import Baselines

/// An order and its terms, for either way to count energy.
struct SettlementCalculation {
    private let order: SettledOrder
    private let terms: SettlementTerms
    /// In kWh; nil where an hour says nothing.
    let ordered: Fraction?

    init(_ order: SettledOrder, _ terms: SettlementTerms) {
        (self.order, self.terms) = (order, terms)
        let hours = order.hours.compactMap(\.orderedWh)
        ordered =
            hours.count == order.hours.count ? Fraction(Int128(hours.reduce(0, +)), over: 1000) : nil
    }

    /// - Parameter reductions: of each hour, in kWh.
    func figures(_ reductions: [Fraction]) throws(SettlementError) -> SettlementEstimate.Figures {
        switch terms.pay {
        case .credited(let credited): try credit(reductions, credited)
        case .reward(let reward): try self.reward(reductions, reward)
        }
    }

    private func credit(
        _ reductions: [Fraction], _ credited: CreditedTerms
    ) throws(SettlementError) -> SettlementEstimate.Figures {
        var figures = SettlementEstimate.Figures()
        let most = Fraction(Int128(credited.creditedMilliPercent), over: 100_000)
        let full = Fraction(Int128(credited.fullMilliPercent), over: 100_000)
        for (hour, reduced) in zip(order.hours, reductions) {
            guard let wh = hour.orderedWh else {
                throw SettlementError("the hour of \(hour.startsAt) says no orderedWh, which \(order.kind) is paid by")
            }
            let ordered = Fraction(Int128(wh), over: 1000)
            figures.hours.append(
                SettlementEstimate.Hour(
                    reduced: reduced, credited: min(max(reduced, .zero), ordered * most),
                    shortfall: max(ordered * full - reduced, .zero), price: try energyPrice(hour)))
        }
        figures.payWon = pay(figures)
        guard figures.shortfall > .zero else { return figures }
        guard let price = order.prices.capacity ?? terms.prices.capacity else {
            throw SettlementError("prices has no capacity, won a kW and month: less was reduced than ordered")
        }
        let rate =
            Fraction(Int128(price), over: 1000)
            * Fraction(Int128(credited.shortfallFactor), over: Int128(credited.shortfallDivisor))
        figures.uncappedPenaltyWon = (figures.shortfall * rate).rounded
        figures.penaltyWon = capped(figures.uncappedPenaltyWon)
        return figures
    }

    /// A month's penalties take no more than the month's capacity pay.
    private func capped(_ penalty: Int64) -> Int64 {
        guard let pay = order.capacityPayWon else { return penalty }
        return min(penalty, max(0, pay - order.penaltiesBeforeWon))
    }

    private func reward(
        _ reductions: [Fraction], _ reward: RewardTerms
    ) throws(SettlementError) -> SettlementEstimate.Figures {
        guard let rbp = order.prices.rbp ?? terms.prices.rbp else {
            throw SettlementError("prices has no rbp, won a kW, which \(order.kind) is paid by")
        }
        guard let notice = order.noticeMin else {
            throw SettlementError("field \"noticeMin\" is missing: \(order.kind) is paid by the order's notice")
        }
        let basic = Fraction(Int128(rbp), over: 1000 * Int128(reward.rewardHours))
        let factor =
            Fraction(1) + Fraction(Int128(reward.noticeMin), over: Int128(notice) * Int128(reward.noticeDivisor))
        var figures = SettlementEstimate.Figures()
        for (hour, reduced) in zip(order.hours, reductions) {
            guard let mgp = hour.prices.mgp ?? order.prices.mgp ?? terms.prices.mgp else { throw missing("mgp", hour) }
            let price = (basic + Fraction(Int128(mgp), over: 1000)) * factor
            figures.hours.append(
                SettlementEstimate.Hour(reduced: reduced, credited: max(reduced, .zero), price: price))
        }
        figures.payWon = pay(figures)
        return figures
    }

    private func pay(_ figures: SettlementEstimate.Figures) -> Int64 {
        figures.hours.reduce(.zero) { $0 + $1.credited * $1.price }.rounded
    }

    /// Tests are paid by the system's marginal price.
    private func energyPrice(_ hour: SettledOrder.Hour) throws(SettlementError) -> Fraction {
        if order.isTest {
            guard let smp = hour.prices.smp ?? order.prices.smp ?? terms.prices.smp else { throw missing("smp", hour) }
            return Fraction(Int128(smp), over: 1000)
        }
        guard let mgp = hour.prices.mgp ?? order.prices.mgp ?? terms.prices.mgp else { throw missing("mgp", hour) }
        return Fraction(Int128(mgp), over: 1000)
    }

    private func missing(_ price: String, _ hour: SettledOrder.Hour) -> SettlementError {
        SettlementError("there is no \(price), won a kWh, in prices or in the hour of \(hour.startsAt)")
    }
}
