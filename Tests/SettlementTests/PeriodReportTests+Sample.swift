import Baselines
import Contracts
import JSON
import Testing

@testable import Settlement

/// Orders of June 2026, who took part in them, and what their resources say.
extension PeriodReportTests {
    static let started = Timestamp("2026-06-01T05:00:00Z") ?? .last

    /// An order of an hour, so many days behind the first one.
    func order(
        _ id: String, day: Int64 = 0, kind: String = "standard", quantity: Int64? = 10_000_000,
        resources: [String] = ["s1"], notice: Int64 = 60, minutes: Int64 = 60, end: String? = "DrEnded",
        stated: [String] = [], isTest: Bool = false
    ) throws -> ReportedOrder {
        let start = Self.started + .seconds(day * 86_400)
        let head = #""id":"\#(id)","name":"kt","type":"\#(kind)","status":"x","startsAt":"\#(start)","#
        let targets =
            resources.isEmpty ? "" : #","resources":[\#(resources.map { "\"\($0)\"" }.joined(separator: ","))]"#
        let ordered = quantity.map { #","quantity":\#($0)"# } ?? ""
        var reader = JSONReader()
        let announced =
            #"{"eventType":"DRstarted","timestamp":\#((start - .seconds(notice * 60)).milliseconds),\#(head)"#
            + #""endsAt":"\#(start + .seconds(60 * minutes))","market":1,"kind":"\#(kind)"\#(targets)\#(ordered)\#(isTest ? #","test":true"# : "")}"#
        var order = try #require(try ReportedOrder(reader.fields(of: announced.utf8.span)))
        let closing =
            #"{"eventType":"\#(end ?? "none")",\#(head)"endsAt":"\#(start + .seconds(60 * minutes))","#
            + #""cancelledAt":"\#(start)","reason":"r"}"#
        for event in [closing] + stated.map({ #"{"eventType":"KpxFigureStated","id":"\#(id)",\#($0)}"# }) {
            try order.take(reader.fields(of: event.utf8.span))
        }
        return order
    }

    /// Someone who accepted, and used so many Wh of a baseline in each quarter hour; nil: not checked yet.
    func participant(_ user: String, _ resource: String?, baseline: Int64, used: Int64?) throws -> Participant {
        var participant = Participant(user: user, name: "n", answer: .accept)
        participant.resource = resource
        guard let used else { return participant }
        func four(_ wh: Int64) -> String { Array(repeating: "\(wh)", count: 4).joined(separator: ",") }
        let check =
            #"{"drId":"d","userId":"\#(user)","userName":"n","responseAnswer":"accept","baselineWh":\#(4 * baseline),"#
            + #""usedWh":\#(4 * used),"reducedWh":\#(4 * (baseline - used)),"adjustPoint":1,"isReal":true,"method":"m","#
            + #""days":[],"quarterBaselineWh":[\#(four(baseline))],"quarterUsedWh":[\#(four(used))]}"#
        var reader = JSONReader()
        participant.check = CheckFigures(try ReductionCheck(reader.fields(of: check.utf8.span)))
        return participant
    }

    func totals(_ order: ReportedOrder, _ participants: Participant...) -> OrderTotals {
        var totals = OrderTotals(order, order.terms(.korea, .korea), .korea)
        for participant in participants { totals.add(participant) }
        return totals
    }

    func report(capacity: Int64 = 10_000_000, price: Int64? = 1952, mgp: Int64? = 178_400) throws
        -> PeriodReport
    {
        var prices = ReportPrices()
        var reader = JSONReader()
        if let mgp { try reader.read(#"{"mgp":\#(mgp / 1000).\#(mgp % 1000)}"#.utf8.span) { try prices.take($0) } }
        var resources: [ExactText: Resource] = [:]
        for (id, share) in [("s1", 1), ("s2", 3)] as [(String, Int64)] {
            resources[ExactText(id)] = Resource(
                id: ResourceID(text: id), kind: "standard", capacity: capacity * share, price: price)
        }
        let period = try #require(ReportPeriod("2026-06"))
        return PeriodReport(period, PeriodSettlement(.korea, prices, resources, .korea))
    }

    /// - Parameter used: of each hour, in thousandths of a Wh; empty: no hours are said.
    func reduction(_ order: String, _ resource: String, used: String) throws -> ResourceReduction {
        var reader = JSONReader()
        let hours = used.split(separator: ",").count
        let baseline = Array(repeating: "98310000000", count: hours).joined(separator: ",")
        let text =
            #"{"drId":"\#(order)","resource":"\#(resource)","version":1,"accepted":1,"checked":1,"counted":1,"#
            + #""baselineWh":1,"usedWh":1,"reducedWh":0,"positiveWh":0,"points":0,"ownCustomers":1,"#
            + #""ownBaselineWh":98310000,"ownUsedWh":74020000,"ownReducedWh":24290000,"ownBaselineKWh":98310,"#
            + #""ownUsedKWh":74020,"ownReducedKWh":24290,"ownMethod":"m","ownDays":[],"#
            + #""ownHourBaselineMilliWh":[\#(baseline)],"ownHourUsedMilliWh":[\#(used)]}"#
        return try ResourceReduction(reader.fields(of: text.utf8.span))
    }
}
