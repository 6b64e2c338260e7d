import Baselines
import JSON
import Settlement

/// How the sums of an order were found, for people.
struct SettlementExplanation {
    private let order: SettledOrder
    private let estimate: SettlementEstimate
    private let zone: Zone

    init(_ order: SettledOrder, _ estimate: SettlementEstimate, _ zone: Zone = .korea) {
        (self.order, self.estimate, self.zone) = (order, estimate, zone)
    }

    var text: String {
        let resource = order.resource.map { ", resource \($0)" } ?? ""
        let terms = estimate.terms
        let source = terms.source.map { ", \($0)" } ?? ""
        var lines = [
            "\(order.id)\(resource): \(order.kind), \(order.isTest ? "test" : "order") of \(order.day)".printable,
            "  terms from \(terms.from)\(source)".printable, hours.trimmingLastLine,
        ]
        lines += [pay] + penalty + [compliance] + days
        lines.append("  net: \(Self.won(estimate.exact.netWon))")
        let kpx = estimate.kpx
        lines.append(
            "  by KPX's whole kWh: \(kpx.reduced.rounded) kWh, pay \(Self.won(kpx.payWon))"
                + (isCredited ? ", penalty \(Self.won(kpx.penaltyWon))" : "") + ", net \(Self.won(kpx.netWon))")
        if let reconciliation = estimate.reconciliation { lines.append(Self.words(reconciliation)) }
        return lines.joined(separator: "\n") + "\n\n"
    }

    private var isCredited: Bool {
        if case .credited = estimate.terms.pay { return true }
        return false
    }

    private var hours: String {
        let credited = isCredited
        var table = TextTable(
            ["  TIME", "ORDERED>", "BASELINE>", "USED>", "REDUCED>", "CREDITED>"] + (credited ? ["SHORT>"] : [])
                + ["WON/KWH>", "KPX KWH>"])
        for (hour, settled) in zip(order.hours, estimate.exact.hours) {
            table.add(
                [
                    "  \(BaselineWords.clock(zone.minute(of: hour.startsAt)))", hour.orderedWh.map { "\($0)" } ?? "-",
                    Self.milliWh(hour.baselineMilliWh), Self.milliWh(hour.usedMilliWh), Self.wh(settled.reduced),
                    Self.wh(settled.credited),
                ] + (credited ? [Self.wh(settled.shortfall)] : []) + [
                    BaselineWords.decimal(settled.price, places: 3), "\(hour.wholeKWh)",
                ])
        }
        return table.text
    }

    private var pay: String {
        let exact = estimate.exact
        let text = "  pay: \(Self.wh(exact.credited)) Wh credited, each hour by its price = \(Self.won(exact.payWon))"
        guard case .reward(let reward) = estimate.terms.pay, let notice = order.noticeMin else { return text }
        return text
            + "; price = (rbp / \(reward.rewardHours) + mgp) x (1 + (\(reward.noticeMin) / \(notice) min) / "
            + "\(reward.noticeDivisor))"
    }

    private var penalty: [String] {
        guard case .credited(let credited) = estimate.terms.pay else { return ["  penalty: none for this kind"] }
        let exact = estimate.exact
        guard exact.shortfall > .zero else { return ["  penalty: none, no hour is short"] }
        let price = order.prices.capacity ?? estimate.terms.prices.capacity ?? 0
        let text =
            "  penalty: \(Self.wh(exact.shortfall)) Wh short of \(Self.percent(credited.fullMilliPercent)) % of each hour "
            + "x \(BaselineWords.decimal(Fraction(Int128(price), over: 1000), places: 3)) won/kW / "
            + "\(credited.shortfallDivisor) x \(credited.shortfallFactor) = \(Self.won(exact.uncappedPenaltyWon))"
        guard let pay = order.capacityPayWon else { return [text, "  cap: none, capacityPayWon is not given"] }
        return [
            text,
            "  cap: \(Self.won(pay)) of the month, \(Self.won(order.penaltiesBeforeWon)) taken before = "
                + Self.won(exact.penaltyWon),
        ]
    }

    private var compliance: String {
        guard let compliance = estimate.compliance else { return "  compliance: nothing is said to be ordered" }
        let text = "  compliance: \(Self.hundredths(compliance.hundredths)) %"
        guard case .credited(let credited) = estimate.terms.pay, let isFull = compliance.isFull else { return text }
        let limit = Self.percent(credited.fullMilliPercent)
        return "\(text), \(isFull ? "full: \(limit) % or more" : "not full: less than \(limit) %")"
    }

    private var days: [String] {
        guard case .credited(let credited) = estimate.terms.pay else { return [] }
        guard let mean = estimate.meanOfDays else {
            return ["  trading: goes on, fewer than \(credited.stopDays) order days are given"]
        }
        let limit = Self.percent(credited.stopBelowMilliPercent)
        let verdict = estimate.stopsTrading ? "stops for the period: below" : "goes on: not below"
        return [
            "  trading: \(verdict) \(limit) %, with \(Self.hundredths(mean)) % over \(credited.stopDays) order days"
        ]
    }

    private static func words(_ reconciliation: Reconciliation) -> String {
        let (kpx, difference) = (reconciliation.kpxWon, reconciliation.differenceWon)
        let verdict =
            if reconciliation.isObjectionDue {
                "too little: an objection is due"
            } else if reconciliation.isOverpaid {
                "too much: expect to be asked for it"
            } else {
                "no objection"
            }
        return "  KPX says \(won(kpx)), a difference of \(won(difference)), \(verdict)"
    }

    /// With the thousands apart.
    static func won(_ won: Int64) -> String { "\(grouped(won)) won" }

    static func grouped(_ number: Int64) -> String {
        var digits = Array(String(number.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    static func hundredths(_ hundredths: Int64) -> String {
        BaselineWords.decimal(Fraction(Int128(hundredths), over: 100), places: 2)
    }

    /// Of thousandths, without zeros that say nothing.
    private static func percent(_ thousandths: Int64) -> String {
        thousandths.isMultiple(of: 1000)
            ? "\(thousandths / 1000)" : BaselineWords.decimal(Fraction(Int128(thousandths), over: 1000), places: 3)
    }

    private static func wh(_ kWh: Fraction) -> String { BaselineWords.decimal(kWh * Fraction(1000), places: 3) }

    private static func milliWh(_ thousandths: Int64?) -> String {
        thousandths.map { BaselineWords.decimal(Fraction(Int128($0), over: 1000), places: 3) } ?? "gap"
    }
}

extension String {
    fileprivate var trimmingLastLine: String { hasSuffix("\n") ? String(dropLast()) : self }
}
