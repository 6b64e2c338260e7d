import Contracts
import JSON
import Settlement

/// What KPX says of an order, beside what it comes to now.
struct StatedFigures {
    let report: OrderReport

    /// The whole order first, then resources by their names.
    private var all: [(stated: KpxFigureStated, differenceKWh: Int64?)] {
        report.order.stated.sorted { $0.key.text.compareBytes($1.key.text) < 0 }.map { name, stated in
            let totals = report.totals
            let ours =
                name.text.isEmpty ? totals.kpxKWh : totals.groups[name].map { _ in totals.kpxKWh(of: name) }
            let difference = stated.figure.kpxKWh.flatMap { kpx in ours.map { Int64(clamping: Int128(kpx) - $0) } }
            return (stated, difference)
        }
    }

    /// For people.
    var lines: [String] {
        all.map { stated, differenceKWh in
            let figure = stated.figure
            var parts: [String] = []
            if let kWh = figure.kpxKWh {
                parts.append(
                    "\(kWh) kWh" + (differenceKWh.map { ", \(Self.signed($0)) to what is reckoned now" } ?? ""))
            }
            if let won = figure.kpxWon {
                let difference = figure.differenceWon.map { ", \(Self.signed($0)) to what was reckoned then" } ?? ""
                parts.append(SettlementExplanation.won(won) + difference)
            }
            if let objection = figure.objection { parts.append("objected: \(objection)") }
            return "  KPX says of \(figure.resource?.text ?? "the order") (version \(stated.version)): "
                + parts.joined(separator: "; ")
        }
    }

    private static func signed(_ number: Int64) -> String {
        number > 0 ? "+\(SettlementExplanation.grouped(number))" : SettlementExplanation.grouped(number)
    }

    func write(_ json: inout JSONWriter) {
        let all = all
        guard !all.isEmpty else { return }
        json.field("stated", objects: all.count) { json, position in
            PeriodReportJSON.write(all[position].stated, all[position].differenceKWh, &json)
        }
    }
}
