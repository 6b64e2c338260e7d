package import Baselines
import Contracts

/// The orders of a period for spreadsheets, a line for each resource's part: as the list of participants is.
package enum PeriodCSV {
    package static let heading =
        "\u{FEFF}day,drId,name,kind,resource,state,startsAt,endsAt,orderedWh,baselineWh,usedWh,reducedWh,"
        + "compliancePercent,points,kpxKWh,payWon,uncappedPenaltyWon,capacityPayWon,penaltyWon,netWon,rtwf,statedKWh,"
        + "differenceKWh,statedWon,differenceWon,objection,whyNoWon,test,kpxNetWon,exactDifferenceWon,leftOutBefore,"
        + "leftOut,ownCustomers,ownBaselineWh,ownUsedWh,ownReducedWh\r\n"

    package static func line(_ entry: PeriodReport.Entry, _ zone: Zone) -> String {
        let (order, group, figures) = (entry.order, entry.group, entry.estimate?.exact)
        let text = ParticipantCSV.text
        let cells = [
            "\(Day(of: zone.minute(of: order.startsAt)))", text(order.id.text), text(order.name),
            text(order.kind ?? order.type), text(entry.resource ?? ""), order.state.rawValue, "\(order.startsAt)",
            order.endsAt.map { "\($0)" } ?? "", number(entry.orderedWh), "\(group.baselineWh)", "\(group.usedWh)",
            "\(group.reducedWh)", decimal(entry.compliance, 2), "\(group.points)", "\(entry.kpxKWh)",
            number(figures?.payWon), number(figures?.uncappedPenaltyWon), number(entry.settled?.capacityPayWon),
            number(figures?.penaltyWon), number(figures?.netWon), decimal(entry.noticeFactor, 4),
            number(entry.stated?.figure.kpxKWh), number(entry.differenceKWh), number(entry.stated?.figure.kpxWon),
            number(entry.estimate?.reconciliation?.differenceWon), text(entry.stated?.figure.objection ?? ""),
            text(entry.whyNone ?? ""), order.isTest ? "true" : "", number(entry.estimate?.kpx.netWon),
            number(entry.exactDifferenceWon), "\(entry.leftOut.count)",
            text(entry.leftOut.orders.map(\.text).joined(separator: " ")), number(entry.own?.customers),
            number(entry.own?.baselineWh), number(entry.own?.usedWh), number(entry.own?.reducedWh),
        ]
        return cells.joined(separator: ",") + "\r\n"
    }

    private static func number(_ value: Int64?) -> String { value.map { "\($0)" } ?? "" }

    /// - Parameter places: so many digits of the number stand behind the point.
    private static func decimal(_ value: Int64?, _ places: Int) -> String {
        guard let value else { return "" }
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return "\(value < 0 ? "-" : "")\(padded.dropLast(places)).\(padded.suffix(places))"
    }
}
