import Baselines
import Contracts
import Market
import Settlement

/// An order with what it came to: what each form of the report shows.
struct OrderReport {
    let order: ReportedOrder
    let totals: OrderTotals
    let zone: Zone
    /// By which it is settled; nil where there are none for its kind.
    let terms: SettlementTerms?

    /// When the list of participants is due.
    enum ListDue {
        /// So many working days behind the order's end.
        case on(Day, workingDays: Int64)
        /// The order has not ended, or nothing follows from it.
        case notYet
        /// No day is laid down for its kind.
        case never
        /// It lies behind the last day of which holidays are known.
        case unknown
    }

    var listDue: ListDue {
        guard let days = terms?.listWorkingDays else { return .never }
        guard order.state == .ended, let endsAt = order.endsAt else { return .notYet }
        // An order up to midnight is of the day that ends then.
        let minute = zone.minute(of: endsAt)
        let last = Day(of: max(zone.minute(of: order.startsAt), minute - 1))
        guard let due = ListDueDay.day(behind: last, workingDays: days, .korea) else { return .unknown }
        return .on(due, workingDays: days)
    }

    /// The order has ended, and all who accepted have been checked: before, sums say how far it is.
    var isWhole: Bool { order.state == .ended && totals.waiting == 0 }

    /// Hundredths of a percent of what was ordered; nil where nothing is said, nobody has been checked, or the order
    /// was withdrawn. Whether that is full is known once it is whole.
    var compliance: (hundredths: Int64, isFull: Bool?)? {
        guard order.state != .cancelled, let ordered = order.orderedWh, totals.all.checked > 0 else { return nil }
        let reduced = Fraction(totals.all.reducedWh, over: 1)
        var isFull: Bool?
        if isWhole, case .credited(let credited) = terms?.pay {
            isFull = reduced >= ordered * Fraction(Int128(credited.fullMilliPercent), over: 100_000)
        }
        return (SettlementEstimate.hundredths(reduced, of: ordered), isFull)
    }

    /// Resources by their names; one that nobody named is last.
    var resources: [(name: String?, group: OrderTotals.Group)] {
        totals.groups.map { ($0.key?.text, $0.value) }.sorted { one, other in
            guard let first = one.0 else { return false }
            guard let second = other.0 else { return true }
            return first.compareBytes(second) < 0
        }
    }
}
