import Baselines
import Contracts
import JSON
import Settlement

/// A period's report as lines of JSON: one for each resource's part in an order, and at the end one for the period.
enum PeriodReportJSON {
    static func line(_ entry: PeriodReport.Entry) -> String {
        JSONLine.text { json in
            let (order, group) = (entry.order, entry.group)
            json.field("drId", order.id)
            json.field("name", order.name)
            json.field("kind", order.kind ?? order.type)
            if let resource = entry.resource { json.field("resource", resource) } else { json.null("resource") }
            if order.isTest { json.field("test", true) }
            json.field("state", order.state.rawValue)
            json.field("startsAt", order.startsAt)
            json.field("endsAt", ifThere: order.endsAt)
            if let ordered = entry.orderedWh { json.field("orderedWh", ordered) }
            json.field("accepted", Int64(group.accepted))
            json.field("checked", Int64(group.checked))
            json.field("baselineWh", Int64(clamping: group.baselineWh))
            json.field("usedWh", Int64(clamping: group.usedWh))
            json.field("reducedWh", Int64(clamping: group.reducedWh))
            if let compliance = entry.compliance { json.field("compliancePercent", compliance, decimals: 2) }
            json.field("points", Int64(clamping: group.points))
            json.field("kpxKWh", Int64(clamping: entry.kpxKWh))
            entry.own?.write(&json)
            if let factor = entry.noticeFactor { json.field("rtwf", factor, decimals: 4) }
            if let estimate = entry.estimate, let settled = entry.settled {
                if let pay = settled.capacityPayWon { json.field("capacityPayWon", pay) }
                json.field("uncappedPenaltyWon", estimate.exact.uncappedPenaltyWon)
                json.field("estimate", object: { estimate.write(settled, &$0) })
            }
            json.field("whyNoWon", ifThere: entry.whyNone)
            if let difference = entry.exactDifferenceWon { json.field("exactDifferenceWon", difference) }
            if entry.leftOut.count > 0 {
                json.field("leftOutBefore", Int64(entry.leftOut.count))
                json.field("leftOut", entry.leftOut.orders.map(\.text))
            }
            if let stated = entry.stated { json.field("stated", object: { write(stated, entry.differenceKWh, &$0) }) }
        } + "\n"
    }

    static func line(_ report: PeriodReport, of resource: String?) -> String {
        JSONLine.text { json in
            json.field("from", report.period.first.description)
            json.field("to", report.period.last.description)
            json.field("resource", ifThere: resource)
            json.field("orders", Int64(report.orders))
            json.field("withdrawn", Int64(report.withdrawn))
            json.field("notEnded", Int64(report.open))
            write(report.all, &json)
            let resources = report.resources
            json.field("resources", objects: resources.count) { json, position in
                let (name, sums) = resources[position]
                if let name { json.field("resource", name) } else { json.null("resource") }
                write(sums, &json)
            }
            json.field("stopsTrading", objects: report.stopped.count) { json, position in
                let (name, order) = report.stopped[position]
                if let name { json.field("resource", name) } else { json.null("resource") }
                json.field("drId", order)
            }
            json.field("leftOutParts", Int64(report.leftOut.count))
            let leftOut = report.leftOut.prefix(PeriodReport.LeftOut.most)
            json.field("leftOut", objects: leftOut.count) { json, position in
                let (name, order) = leftOut[position]
                if let name { json.field("resource", name) } else { json.null("resource") }
                json.field("drId", order)
            }
        } + "\n"
    }

    private static func write(_ sums: PeriodReport.Sums, _ json: inout JSONWriter) {
        json.field("parts", Int64(sums.entries))
        json.field("orderedWh", Int64(clamping: sums.orderedWh))
        json.field("baselineWh", Int64(clamping: sums.baselineWh))
        json.field("usedWh", Int64(clamping: sums.usedWh))
        json.field("reducedWh", Int64(clamping: sums.reducedWh))
        json.field("points", Int64(clamping: sums.points))
        json.field("kpxKWh", Int64(clamping: sums.kpxKWh))
        json.field("settled", Int64(sums.settled))
        json.field("payWon", Int64(clamping: sums.payWon))
        json.field("penaltyWon", Int64(clamping: sums.penaltyWon))
        json.field("netWon", Int64(clamping: sums.netWon))
        json.field("kpxNetWon", Int64(clamping: sums.kpxNetWon))
        json.field("objections", Int64(sums.objections))
        guard sums.stated > 0 else { return }
        json.field("kpxWon", Int64(clamping: sums.kpxWon))
        json.field("differenceWon", Int64(clamping: sums.differenceWon))
        json.field("exactDifferenceWon", Int64(clamping: sums.exactDifferenceWon))
    }

    /// What KPX says, and how it differs from what is reckoned now.
    static func write(_ stated: KpxFigureStated, _ differenceKWh: Int64?, _ json: inout JSONWriter) {
        json.field("resource", ifThere: stated.figure.resource)
        stated.figure.writeContents(&json)
        if let differenceKWh { json.field("differenceKWh", differenceKWh) }
        json.field("version", stated.version)
    }
}
