import Baselines
import Contracts
import JSON
import Settlement

/// A report for people.
struct OrderReportText {
    /// So many participants are shown, and so many resources.
    static let most = 100

    let report: OrderReport
    /// The first of them.
    let participants: [Participant]

    var text: String {
        ([heading.printable, asked, due, sums + compliance] + StatedFigures(report: report).lines.map(\.printable) + [
            list
        ])
        .joined(separator: "\n") + "\n"
    }

    private var heading: String {
        let order = report.order
        let minutes = order.minutes(report.zone)
        let time = minutes.isEmpty ? BaselineWords.clock(minutes.lowerBound) : BaselineWords.clock(minutes)
        let kind = order.kind.map { $0 == order.type ? "" : ", kind \($0)" } ?? ""
        let state =
            switch order.state {
            case .announced: "it has not ended: figures are those of now"
            case .ended: "ended (\(order.reason ?? "no reason is given"))"
            case .cancelled: "withdrawn (\(order.reason ?? "no reason is given"))"
            }
        let test = order.isTest ? ", a test" : ""
        let type = "\(order.type)\(kind)\(test)"
        return "\(order.id) (\(order.name)): \(type), \(Day(of: minutes.lowerBound)) \(time), \(state)"
    }

    private var asked: String {
        let totals = report.totals
        var text =
            "  asked \(totals.all.asked): accepted \(totals.all.accepted), denied \(totals.denied), silent \(totals.silent)"
        if totals.cancelled > 0 { text += ", withdrawn \(totals.cancelled)" }
        text += "; checked \(totals.all.checked), real \(totals.all.real)"
        return text + (totals.waiting > 0 ? ", without a check yet \(totals.waiting)" : "")
    }

    private var due: String {
        switch report.listDue {
        case .on(let day, let days):
            "  list of participants due on \(day), \(days) working day\(days == 1 ? "" : "s") behind the order"
        case .notYet: "  list of participants: not due, the order has not ended or was withdrawn"
        case .never: "  list of participants: no day is laid down for this kind"
        case .unknown: "  list of participants: its day lies behind the last known holiday"
        }
    }

    private var sums: String {
        var table = TextTable(
            "  RESOURCE", "ASKED>", "ACCEPTED>", "CHECKED>", "REAL>", "BASELINE>", "USED>", "REDUCED>", "POINTS>",
            "OWN REDUCED>", "KPX KWH>")
        func add(_ name: String, _ group: OrderTotals.Group, _ own: OwnReduction?, _ kWh: Int128) {
            table.add(
                "  \(name)", "\(group.asked)", "\(group.accepted)", "\(group.checked)", "\(group.real)",
                "\(group.baselineWh)", "\(group.usedWh)", "\(group.reducedWh)", "\(group.points)",
                own.map { "\($0.reducedWh)" } ?? "-", "\(kWh)")
        }
        let resources = report.resources
        if resources.count > 1 || resources.first?.name != nil {
            for (name, group) in resources.prefix(Self.most) {
                let key = name.map { ExactText($0) }
                add(name ?? "none", group, report.totals.own(key), report.totals.kpxKWh(of: key))
            }
        }
        if resources.count > Self.most {
            table.add(["  and \(resources.count - Self.most) more"] + Array(repeating: "", count: 10))
        }
        add("total", report.totals.all, nil, report.totals.kpxKWh)
        return table.text
    }

    private var compliance: String {
        guard report.order.state != .cancelled else { return "  compliance: none, the order was withdrawn" }
        guard let quantity = report.order.quantityWh else { return "  compliance: the order says no quantity" }
        let ordered = report.order.orderedWh.map { "\($0.rounded) Wh ordered, \(quantity) Wh an hour" }
        guard let compliance = report.compliance, let ordered else {
            return "  compliance: \(ordered ?? "\(quantity) Wh an hour ordered"); nobody has been checked yet"
        }
        let full = report.isWhole ? compliance.isFull.map { $0 ? ", full" : ", not full" } ?? "" : ", so far"
        return "  compliance: \(SettlementExplanation.hundredths(compliance.hundredths)) % of \(ordered)\(full)"
    }

    private var list: String {
        guard !participants.isEmpty else { return "  nobody was asked" }
        var table = TextTable(
            "  USER", "NAME", "RESOURCE", "ANSWER", "ANSWERED", "CHANNEL", "BASELINE>", "USED>", "REDUCED>", "POINTS>",
            "REAL")
        for participant in participants { table.add(Self.cells(participant)) }
        let more = report.totals.all.asked - participants.count
        return table.text.dropLast() + (more > 0 ? "\n  and \(more) more: --format csv or json lists all" : "")
    }

    private static func cells(_ participant: Participant) -> [String] {
        let check = participant.check
        let real =
            switch check {
            case nil where participant.isCancelled: "withdrawn"
            case nil where participant.answer == .accept: "no check yet"
            case nil: "-"
            case let check?: check.isReal ? "yes" : "no: \(check.reason ?? "no reason is given")"
            }
        return [
            "  \(participant.user)", participant.name, participant.resource ?? "-", participant.answer.rawValue,
            participant.answeredAt?.description ?? "-", participant.channel ?? "-", number(check?.baselineWh),
            number(check?.usedWh), number(check?.reducedWh), number(check?.points), real,
        ]
    }

    private static func number(_ value: Int64?) -> String { value.map { "\($0)" } ?? "-" }
}
