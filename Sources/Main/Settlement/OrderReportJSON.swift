import Baselines
import Contracts
import JSON
import Settlement

/// A report as lines of JSON: one for each participant, and at the end one for the order.
enum OrderReportJSON {
    static func line(_ participant: Participant) -> String {
        JSONLine.text { json in
            json.field("userId", participant.user)
            json.field("userName", participant.name)
            json.field("resource", ifThere: participant.resource)
            json.field("answer", participant.answer.rawValue)
            json.field("answeredAt", ifThere: participant.answeredAt)
            json.field("channel", ifThere: participant.channel)
            if participant.isCancelled { json.field("withdrawn", true) }
            guard let check = participant.check else { return }
            json.field("baselineWh", check.baselineWh)
            json.field("usedWh", check.usedWh)
            json.field("reducedWh", check.reducedWh)
            json.field("points", check.points)
            json.field("isReal", check.isReal)
            json.field("reason", ifThere: check.reason)
            json.field("checkVersion", check.version)
        } + "\n"
    }

    static func line(_ report: OrderReport) -> String {
        let (order, totals) = (report.order, report.totals)
        return JSONLine.text { json in
            json.field("drId", order.id)
            json.field("name", order.name)
            json.field("type", order.type)
            json.field("kind", ifThere: order.kind)
            if order.isTest { json.field("test", true) }
            json.field("state", order.state.rawValue)
            json.field("reason", ifThere: order.reason)
            json.field("startsAt", order.startsAt)
            json.field("endsAt", ifThere: order.endsAt)
            if let quantityWh = order.quantityWh { json.field("quantity", quantityWh) }
            if let ordered = order.orderedWh { json.field("orderedWh", ordered.rounded) }
            if let compliance = report.compliance {
                json.field("compliancePercent", compliance.hundredths, decimals: 2)
                if let isFull = compliance.isFull { json.field("isFull", isFull) }
            }
            if case .on(let day, _) = report.listDue { json.field("listDueOn", day.description) }
            json.field("denied", Int64(totals.denied))
            json.field("silent", Int64(totals.silent))
            json.field("withdrawn", Int64(totals.cancelled))
            json.field("withoutCheck", Int64(totals.waiting))
            write(totals.all, totals.kpxKWh, &json)
            StatedFigures(report: report).write(&json)
            let resources = report.resources
            json.field("resources", objects: resources.count) { json, position in
                let (name, group) = resources[position]
                if let name { json.field("resource", name) } else { json.null("resource") }
                let key = name.map { ExactText($0) }
                write(group, totals.kpxKWh(of: key), &json)
                totals.own(key)?.write(&json)
            }
        } + "\n"
    }

    private static func write(_ group: OrderTotals.Group, _ kWh: Int128, _ json: inout JSONWriter) {
        json.field("asked", Int64(group.asked))
        json.field("accepted", Int64(group.accepted))
        json.field("checked", Int64(group.checked))
        json.field("real", Int64(group.real))
        json.field("baselineWh", Int64(clamping: group.baselineWh))
        json.field("usedWh", Int64(clamping: group.usedWh))
        json.field("reducedWh", Int64(clamping: group.reducedWh))
        json.field("points", Int64(clamping: group.points))
        json.field("kpxKWh", Int64(clamping: kWh))
    }
}
