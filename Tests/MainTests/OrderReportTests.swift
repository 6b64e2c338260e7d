import Baselines
import Contracts
import JSON
import Settlement
import Testing

@testable import Main

/// What a report says of an order on its way.
@Suite struct OrderReportTests {
    /// What becomes of an order of 1000 Wh.
    enum Course: CaseIterable, Sendable {
        case running, ended, withdrawn

        var event: String? {
            let rest =
                #""id":"dr-1","name":"kt","type":"standard","status":"x","startsAt":"2026-11-20T05:00:00Z","#
                + #""reason":"r""#
            return switch self {
            case .running: nil
            case .ended: #"{"eventType":"DrEnded",\#(rest),"endsAt":"2026-11-20T06:00:00Z"}"#
            case .withdrawn: #"{"eventType":"DrCancelled",\#(rest),"cancelledAt":"2026-11-20T05:30:00Z"}"#
            }
        }
    }

    private func report(_ course: Course, checked: Int, waiting: Int) throws -> OrderReport {
        var reader = JSONReader()
        let started =
            #"{"eventType":"DRstarted","id":"dr-1","name":"kt","type":"standard","status":"started","kind":"standard","#
            + #""startsAt":"2026-11-20T05:00:00Z","endsAt":"2026-11-20T06:00:00Z","market":1,"quantity":1000}"#
        var order = try #require(try ReportedOrder(reader.fields(of: started.utf8.span)))
        if let event = course.event { try order.take(reader.fields(of: event.utf8.span)) }
        let check =
            #"{"drId":"dr-1","userId":"kim","userName":"Kim","responseAnswer":"accept","baselineWh":1000,"usedWh":0,"#
            + #""reducedWh":1000,"adjustPoint":1000,"isReal":true,"method":"m","days":[],"quarterBaselineWh":[1000],"#
            + #""quarterUsedWh":[0]}"#
        let figures = CheckFigures(try ReductionCheck(reader.fields(of: check.utf8.span)))
        let terms = order.terms(.korea, .korea)
        var totals = OrderTotals(order, terms, .korea)
        for position in 0..<(checked + waiting) {
            var participant = Participant(user: "u\(position)", name: "n", answer: .accept)
            if position < checked { participant.check = figures }
            totals.add(participant)
        }
        return OrderReport(order: order, totals: totals, zone: .korea, terms: terms)
    }

    @Test(
        arguments: [
            (.ended, 1, 0, "100.00 % of 1000 Wh ordered, 1000 Wh an hour, full", true),
            (.ended, 1, 1, "100.00 % of 1000 Wh ordered, 1000 Wh an hour, so far", nil),
            (.running, 1, 0, "100.00 % of 1000 Wh ordered, 1000 Wh an hour, so far", nil),
            (.ended, 0, 1, "1000 Wh ordered, 1000 Wh an hour; nobody has been checked yet", nil),
            (.withdrawn, 0, 1, "none, the order was withdrawn", nil),
            (.withdrawn, 1, 0, "none, the order was withdrawn", nil),
        ] as [(Course, Int, Int, String, Bool?)])
    func `whether an order was met in full is said when all are checked`(
        course: Course, checked: Int, waiting: Int, words: String, isFull: Bool?
    ) throws {
        let report = try report(course, checked: checked, waiting: waiting)
        let text = OrderReportText(report: report, participants: []).text
        #expect(text.contains("  compliance: \(words)\n"), "\(text)")
        #expect(report.compliance?.isFull == isFull)
        #expect((report.compliance == nil) == !words.contains("%"))
    }
}
