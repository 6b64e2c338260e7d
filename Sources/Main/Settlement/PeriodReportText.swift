import Baselines
import Contracts
import JSON
import Settlement

/// A period's report for people.
struct PeriodReportText {
    /// So many parts of orders are shown, and so many resources and notes.
    static let most = 200

    let report: PeriodReport
    let zone: Zone
    /// The one resource that is wanted.
    let resource: String?

    var text: String {
        ([heading.printable, parts, sums] + notes).filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
    }

    private var heading: String {
        var text = "\(report.period): \(report.orders) order\(report.orders == 1 ? "" : "s")"
        if report.withdrawn > 0 { text += ", \(report.withdrawn) withdrawn" }
        if report.open > 0 { text += ", \(report.open) not ended" }
        return text + (resource.map { ", resource \($0)" } ?? "")
    }

    private var parts: String {
        guard !report.entries.isEmpty else { return "" }
        var table = TextTable(
            "  DAY", "TIME", "ORDER", "RESOURCE", "ORDERED>", "BASELINE>", "USED>", "REDUCED>", "%>", "OWN REDUCED>",
            "KPX KWH>", "RTWF>", "PAY>", "PENALTY>", "NET>", "NET BY KWH>", "KPX SAYS>", "DIFFERENCE>")
        for entry in report.entries.prefix(Self.most) { table.add(cells(entry)) }
        let more = report.entries.count - Self.most
        return table.text.dropLast() + (more > 0 ? "\n  and \(more) more: --format csv or json lists all" : "")
    }

    private func cells(_ entry: PeriodReport.Entry) -> [String] {
        let minutes = entry.order.minutes(zone)
        let (group, figures) = (entry.group, entry.estimate?.exact)
        let time = minutes.isEmpty ? BaselineWords.clock(minutes.lowerBound) : BaselineWords.clock(minutes)
        let isCredited = if case .credited = entry.estimate?.terms.pay { true } else { false }
        return [
            "  \(Day(of: minutes.lowerBound))", time, entry.order.id.text + (entry.order.isTest ? " (test)" : ""),
            entry.resource ?? "none", entry.orderedWh.map { "\($0)" } ?? "-", "\(group.baselineWh)", "\(group.usedWh)",
            "\(group.reducedWh)",
            entry.compliance.map(SettlementExplanation.hundredths) ?? "-", entry.own.map { "\($0.reducedWh)" } ?? "-",
            "\(entry.kpxKWh)",
            entry.noticeFactor.map { BaselineWords.decimal(Fraction(Int128($0), over: 10_000), places: 4) } ?? "-",
            won(figures?.payWon), isCredited ? won(figures?.penaltyWon) : "-", won(figures?.netWon),
            won(entry.estimate?.kpx.netWon), said(entry), won(entry.estimate?.reconciliation?.differenceWon),
        ]
    }

    /// In won, or in kWh where nothing is said of won.
    private func said(_ entry: PeriodReport.Entry) -> String {
        guard let figure = entry.stated?.figure else { return "-" }
        return figure.kpxWon.map(SettlementExplanation.grouped) ?? figure.kpxKWh.map { "\($0) kWh" } ?? "-"
    }

    private func won(_ won: Int64?) -> String { won.map(SettlementExplanation.grouped) ?? "-" }

    private var sums: String {
        var table = TextTable(
            "  RESOURCE", "PARTS>", "ORDERED>", "BASELINE>", "USED>", "REDUCED>", "POINTS>", "KPX KWH>", "SETTLED>",
            "PAY>",
            "PENALTY>", "NET>", "NET BY KWH>", "KPX SAYS>", "DIFFERENCE>")
        func add(_ name: String, _ sums: PeriodReport.Sums) {
            func won(_ won: Int128) -> String { SettlementExplanation.grouped(Int64(clamping: won)) }
            table.add([
                "  \(name)", "\(sums.entries)", "\(sums.orderedWh)", "\(sums.baselineWh)", "\(sums.usedWh)",
                "\(sums.reducedWh)", "\(sums.points)", "\(sums.kpxKWh)", "\(sums.settled)", won(sums.payWon),
                won(sums.penaltyWon), won(sums.netWon), won(sums.kpxNetWon), sums.stated > 0 ? won(sums.kpxWon) : "-",
                sums.stated > 0 ? won(sums.differenceWon) : "-",
            ])
        }
        let resources = report.resources
        if resources.count > 1 { for (name, sums) in resources.prefix(Self.most) { add(name ?? "none", sums) } }
        add("total", report.all)
        return table.text.dropLast() + ""
    }

    /// What later orders are reckoned without.
    private var leftOut: String? {
        let all = report.leftOut
        guard !all.isEmpty else { return nil }
        let names = all.prefix(PeriodReport.LeftOut.most).map { "\($0.order) (\($0.resource ?? "none"))" }
        let more = all.count - names.count
        return "  not in the month's cap, nor among the days that are judged together, since not settled: "
            + names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "") + "; \(all.count) in all"
    }

    private var notes: [String] {
        var notes: [String] = []
        for entry in report.entries {
            let name = "  \(entry.order.id), \(entry.resource ?? "none")"
            if let reason = entry.whyNone { notes.append("\(name): no estimate, \(reason)") }
            if let figures = entry.estimate?.exact, figures.penaltyWon < figures.uncappedPenaltyWon {
                let cap = won(entry.settled?.capacityPayWon)
                notes.append(
                    "\(name): the penalty of \(won(figures.uncappedPenaltyWon)) is cut by the month's capacity pay, \(cap)"
                )
            }
            if let difference = entry.differenceKWh {
                notes.append("\(name): KPX says \(entry.stated?.figure.kpxKWh ?? 0) kWh, a difference of \(difference)")
            }
            if let objection = entry.stated?.figure.objection { notes.append("\(name): objected, \(objection)") }
        }
        let more = notes.count - Self.most
        notes = notes.prefix(Self.most) + (more > 0 ? ["  and \(more) more notes: --format csv or json has all"] : [])
        if report.all.settled > 0 {
            notes.append(
                "  pay, penalty and net are by exact energies; NET BY KWH is the net by KPX's whole kWh, and DIFFERENCE what "
                    + "KPX says less that")
        }
        if let leftOut { notes.append(leftOut) }
        for (resource, order) in report.stopped {
            notes.append("  trading stops for the period: \(resource ?? "none"), by \(order)")
        }
        return notes.map(\.printable)
    }
}
