import Baselines
import Contracts
import JSON

/// How a check came to its figures, for people.
struct CheckReport {
    private let check: ReductionCheck
    private let zone: Zone
    /// A line for each version before it.
    private let earlier: [String]

    /// So many earlier versions are listed.
    private static let earlierLimit = 10

    init(_ check: ReductionCheck, _ zone: Zone, earlier: [String] = []) {
        (self.check, self.zone, self.earlier) = (check, zone, earlier)
    }

    static func summary(of check: ReductionCheck) -> String {
        "  version \(check.version): baseline \(check.baselineWh) Wh - used \(check.usedWh) Wh, reduced "
            + "\(check.reducedWh) Wh: \(check.adjustPoint) point\(check.adjustPoint == 1 ? "" : "s")"
            + (check.isReal ? "" : ", did not count")
    }

    var text: String {
        var lines = [heading.printable]
        if let rules { lines.append(rules.printable) }
        if let explanation = check.explanation {
            lines.append(quarters(explanation) + averaged(explanation))
            lines.append("  not used: \(notUsed(explanation))".printable)
            lines.append("  gaps: \(Self.gaps(explanation))".printable)
            lines.append("  adjustment: \(Self.adjustment(explanation.adjustment))".printable)
        } else if check.quarterUsedMilliWh.allSatisfy({ $0 == nil }) {
            lines.append("  done without readings of the order: there is nothing to explain")
        } else {
            lines.append("  averaged days: \(days)")
            lines.append("  an earlier version did this check: which days it left out, and why, is not recorded")
        }
        lines += check.countedFor.map(elsewhere)
        lines.append(
            "  total: baseline \(check.baselineWh) Wh - used \(check.usedWh) Wh = reduced \(check.reducedWh) Wh, each "
                + "rounded once: \(check.adjustPoint) point\(check.adjustPoint == 1 ? "" : "s")")
        if let sharing = check.sharing { lines.append("  points: \(Self.shared(sharing))") }
        if !check.isReal { lines.append("  it does not count: \(check.reason ?? "no reason is given")".printable) }
        if check.version > 1 {
            let reason =
                check.sharing == nil
                ? "corrected by readings that came later" : "by readings that came later or by a settlement"
            lines.append("  version \(check.version), \(reason); before that")
            lines += earlier.suffix(Self.earlierLimit)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Which part of what the resource earns they are.
    private static func shared(_ sharing: PointSharing) -> String {
        guard sharing.settlement > 0 else { return "shared by the resource, which has not been settled yet" }
        return "settlement \(sharing.settlement) of the resource shares \(sharing.resourcePoints): "
            + "\(sharing.shareWh) of \(sharing.ofWh) Wh are this customer's"
    }

    /// Quarter hours that are paid with another order.
    private func elsewhere(_ stretch: CountedFor) -> String {
        let (start, end) = (zone.minute(of: stretch.startsAt), zone.minute(of: stretch.endsAt))
        return "  counted for order \(stretch.order): \(Day(of: start)) \(BaselineWords.clock(start..<max(start, end)))"
            .printable
    }

    /// By which rules it was done; nil where it names none.
    private var rules: String? {
        guard let kind = check.kind else { return nil }
        let own = kind.resourceMethod.map { ", by the method \($0) that the customer's resource has chosen" } ?? ""
        let name = "  rules: kind \(kind.kind) of market version \(kind.market)\(own)"
        return check.bySettings.map { "\(name), but as kepco is set: \($0)" } ?? name
    }

    /// The days, in a line for each part of the order where it has days of its own.
    private func averaged(_ explanation: CheckExplanation) -> String {
        guard !explanation.parts.isEmpty else { return "  averaged days: \(days)" }
        let ends = explanation.parts.dropFirst().map(\.startsAt) + [explanation.endsAt]
        return zip(explanation.parts, ends).map { part, end in
            let start = max(zone.minute(of: explanation.startsAt), zone.minute(of: part.startsAt))
            let clock = BaselineWords.clock(start..<max(start, zone.minute(of: end)))
            let days = part.days.isEmpty ? "none" : part.days.joined(separator: " ").printable
            return "  averaged days \(clock): \(days)"
        }.joined(separator: "\n")
    }

    private var heading: String {
        let name = "\(check.response.order), customer \(check.response.user) (\(check.userName)): \(check.method)"
        guard let explanation = check.explanation else { return name }
        let (start, end) = (zone.minute(of: explanation.startsAt), zone.minute(of: explanation.endsAt))
        return "\(name), order of \(Day(of: start)) \(BaselineWords.clock(start..<max(start, end)))"
    }

    /// A row a quarter hour, of which the order may cover a part.
    private func quarters(_ explanation: CheckExplanation) -> String {
        var table = TextTable("  TIME", "BASELINE>", "USED>", "REDUCED>")
        let end = zone.minute(of: explanation.endsAt)
        let start = zone.minute(of: explanation.startsAt)
        let first = start / 15 * 15
        for (position, (baseline, used)) in zip(check.quarterBaselineMilliWh, check.quarterUsedMilliWh).enumerated() {
            let quarter = first + Int64(position) * 15
            let (from, to) = (max(start, quarter), max(start, min(end, quarter + 15)))
            let reduced = baseline.flatMap { baseline in used.map { baseline - $0 } }
            table.add(
                "  \(BaselineWords.clock(from..<max(from, to)))", Self.wh(baseline),
                used == nil ? "gap" : Self.wh(used),
                Self.wh(reduced))
        }
        return table.text
    }

    private var days: String { check.days.isEmpty ? "none" : check.days.joined(separator: " ").printable }

    private func notUsed(_ explanation: CheckExplanation) -> String {
        let days = BaselineWords.grouped(explanation.notUsed.map { ($0.day, $0.why) })
        let more = explanation.moreNotUsed
        return (days.isEmpty ? "none" : days) + (more > 0 ? "; and \(more) older day\(more == 1 ? "" : "s")" : "")
    }

    private static func adjustment(_ adjustment: CheckAdjustment?) -> String {
        guard let adjustment else { return "none in this method" }
        let first = adjustment.order.map { ", that of order \($0), the day's first" } ?? ""
        if let hour = adjustment.hourMilliWh { return "\(wh(hour)) Wh for each whole hour\(first)" }
        if let factor = adjustment.factorMillionths {
            return "factor \(BaselineWords.decimal(Fraction(Int128(factor), over: 1_000_000), places: 4))\(first)"
        }
        return "none: \(adjustment.whyNone ?? "no reason is given")\(first)"
    }

    private static func gaps(_ explanation: CheckExplanation) -> String {
        let reference =
            switch BaselineMethod.GapRule.Reference(rawValue: explanation.gapOfReference) {
            case .leaveOut: "a day with a missing reading is not averaged"
            case .zero: "a missing reading of an averaged day counts as 0"
            case nil: "on an averaged day: \(explanation.gapOfReference)"
            }
        let order =
            switch BaselineMethod.GapRule.Order(rawValue: explanation.gapOfOrder) {
            case .customer: "with one missing in the order nothing counts"
            case .hour: "one missing in the order makes that part not count"
            case nil: "in the order: \(explanation.gapOfOrder)"
            }
        return "\(reference); \(order)"
    }

    private static func wh(_ thousandths: Int64?) -> String {
        thousandths.map { BaselineWords.decimal(Fraction(Int128($0), over: 1000), places: 3) } ?? "-"
    }
}
