import Baselines
import Contracts
import JSON
import Market
import Testing

@testable import Settlement

/// What an order came to, of those who were asked.
@Suite struct OrderTotalsTests {
    static func order(
        _ kind: String = "standard", _ more: String = "", _ later: [String] = [], id: String = "dr-1"
    ) throws -> ReportedOrder {
        var reader = JSONReader()
        let text =
            #"{"eventType":"DRstarted","id":"\#(id)","name":"kt","type":"\#(kind)","status":"announced","startsAt":"#
            + #""2026-11-20T05:00:00Z","endsAt":"2026-11-20T07:00:00Z","market":1,"kind":"\#(kind)"\#(more)}"#
        var order = try #require(try ReportedOrder(reader.fields(of: text.utf8.span)))
        for event in later { try order.take(reader.fields(of: event.utf8.span)) }
        return order
    }

    private static let rest =
        #""id":"dr-1","name":"kt","type":"standard","status":"x","startsAt":"2026-11-20T05:00:00Z""#
    private static func changed(_ version: Int, _ endsAt: String) -> String {
        #"{"eventType":"DrChanged",\#(rest),"version":\#(version),"endsAt":"2026-11-20T\#(endsAt):00Z"}"#
    }
    static let ended = #"{"eventType":"DrEnded",\#(rest),"endsAt":"2026-11-20T06:30:00Z","reason":"manual"}"#
    private static let cancelled =
        #"{"eventType":"DrCancelled",\#(rest),"cancelledAt":"2026-11-20T05:30:00Z","reason":"KPX withdrew it"}"#

    /// From 14 h on, in Wh of a quarter hour; nil is a gap. Sums are of those that are not other orders', or of
    /// all where none is left.
    /// - Parameter others: positions that are counted for another order.
    static func check(
        _ baseline: [Int64?], _ used: [Int64?], version: Int = 1, gapOfOrder: String = "hour", real: Bool = true,
        reduced: Int64? = nil, others: Range<Int> = 0..<0
    ) throws -> CheckFigures {
        func list(_ values: [Int64?]) -> String { values.map { $0.map { "\($0)" } ?? "null" }.joined(separator: ",") }
        func total(_ values: [Int64?]) -> Int64 {
            values.indices.filter { !others.contains($0) || others.count == values.count }.compactMap { values[$0] }
                .reduce(0, +)
        }
        func time(_ position: Int) throws -> String {
            let start = try #require(Timestamp("2026-11-20T05:00:00Z")).milliseconds
            return Timestamp(milliseconds: start + Int64(position) * 900_000).description
        }
        let sum = (total(baseline), total(used))
        let elsewhere =
            others.isEmpty
            ? ""
            : #","countedFor":[{"drId":"dr-0","startsAt":"\#(try time(others.lowerBound))","#
                + #""endsAt":"\#(try time(others.upperBound))"}]"#
        let text =
            #"{"drId":"dr-1","userId":"kim","userName":"Kim","responseAnswer":"accept","baselineWh":\#(sum.0),"#
            + #""usedWh":\#(sum.1),"reducedWh":\#(reduced ?? sum.0 - sum.1),"adjustPoint":\#(max(0, sum.0 - sum.1)),"isReal":\#(real),"#
            + #""reason":"nothing was reduced","method":"m","days":[],"quarterBaselineWh":[\#(list(baseline))],"#
            + #""quarterUsedWh":[\#(list(used))],"startsAt":"2026-11-20T05:00:00Z","endsAt":"2026-11-20T07:00:00Z","#
            + #""gapOfReference":"leaveOut","gapOfOrder":"\#(gapOfOrder)","version":\#(version)\#(elsewhere)}"#
        var reader = JSONReader()
        return CheckFigures(try ReductionCheck(reader.fields(of: text.utf8.span)))
    }

    static func participant(
        _ user: String, _ answer: Answer = .accept, _ check: CheckFigures? = nil, resource: String? = nil
    ) -> Participant {
        var participant = Participant(user: user, name: user, answer: answer)
        (participant.check, participant.resource) = (check, resource)
        return participant
    }

    private func totals(_ participants: [Participant], kind: String = "standard") throws -> OrderTotals {
        let order = try Self.order(kind)
        var totals = OrderTotals(order, order.terms(.korea, .korea), .korea)
        for participant in participants { totals.add(participant) }
        return totals
    }

    @Test func `everybody is counted once, by what he answered`() throws {
        var left = Self.participant("e", .accept, try Self.check([1000], [0]))
        left.isCancelled = true
        let totals = try totals([
            Self.participant("a", .accept, try Self.check([1000], [400])), Self.participant("b", .deny),
            Self.participant("c", .ignore), Self.participant("d"), left,
            // A check of one who did not accept in the end is none of the order's.
            Self.participant("f", .deny, try Self.check([1000], [0])),
        ])
        #expect((totals.all.asked, totals.all.accepted, totals.denied) == (6, 2, 2))
        #expect((totals.silent, totals.waiting, totals.cancelled) == (1, 1, 1))
        #expect((totals.all.checked, totals.all.real, totals.all.reducedWh) == (1, 1, 600))
    }

    @Test func `sums have those who used more, too`() throws {
        let totals = try totals([
            Self.participant("a", .accept, try Self.check([1000], [400])),
            Self.participant("b", .accept, try Self.check([1000], [1250], real: false)),
        ])
        #expect((totals.all.baselineWh, totals.all.usedWh, totals.all.reducedWh) == (2000, 1650, 350))
        #expect((totals.all.points, totals.all.checked, totals.all.real) == (600, 2, 1))
        #expect(totals.quarters == [29_919_720: .init(baselineMilliWh: 2_000_000, usedMilliWh: 1_650_000)])
    }

    @Test(
        arguments: [
            // Two customers of 1.4 kWh less 0 in an hour: 1 each by customer, 2.8 by resource.
            ("standard", ["x", "x"], 2), ("national", ["x", "x"], 3), ("national", ["x", "y"], 2),
        ] as [(String, [String], Int128)])
    func `KPX rounds a customer's hour, and of national DR a resource's`(
        kind: String, resources: [String], kWh: Int128
    ) throws {
        let check = try Self.check([350, 350, 350, 350], [0, 0, 0, 0])
        let totals = try totals(resources.map { Self.participant("a", .accept, check, resource: $0) }, kind: kind)
        #expect(totals.kpxKWh == kWh)
        #expect(totals.groups.count == Set(resources).count)
        #expect(totals.groups.keys.reduce(0) { $0 + totals.kpxKWh(of: $1) } == kWh)
    }

    @Test(arguments: [("hour", 4, 1_000), ("customer", 0, 0)] as [(String, Int128, Int64)])
    func `a gap takes its hour, or the customer`(gapOfOrder: String, kWh: Int128, quarterWh: Int64) throws {
        let check = try Self.check(
            [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000], [0, 0, 0, 0, 0, nil, 0, 0], gapOfOrder: gapOfOrder)
        let totals = try totals([Self.participant("a", .accept, check)])
        #expect(totals.kpxKWh == kWh)
        #expect(totals.quarters[29_919_720]?.baselineMilliWh ?? 0 == Int128(quarterWh) * 1000)
    }

    @Test func `quarter hours of another order are in no sum and no picture`() throws {
        let check = try Self.check(Array(repeating: 500, count: 8), Array(repeating: 100, count: 8), others: 4..<8)
        let totals = try totals([Self.participant("a", .accept, check)])
        #expect((totals.all.reducedWh, totals.kpxKWh) == (1600, 2))
        #expect(totals.quarters.keys.sorted() == (0..<4).map { 29_919_720 + $0 * 15 })
    }

    @Test(arguments: ["hour", "customer"])
    func `what is missing in another order's quarter hours does no harm`(gapOfOrder: String) throws {
        let check = try Self.check(
            Array(repeating: 1000, count: 8), [0, 0, 0, 0, 0, 0, nil, 0], gapOfOrder: gapOfOrder, others: 5..<8)
        let totals = try totals([Self.participant("a", .accept, check)])
        #expect((totals.all.baselineWh, totals.all.usedWh, totals.all.reducedWh) == (5000, 0, 5000))
        #expect((totals.kpxKWh, totals.all.points) == (5, 5000))
    }

    @Test func `of an order whose quarter hours are all another's nothing is in a sum`() throws {
        let check = try Self.check([700, 700], [700, 700], real: false, reduced: 0, others: 0..<2)
        let totals = try totals([Self.participant("a", .accept, check)])
        #expect((totals.all.checked, totals.all.baselineWh, totals.all.usedWh) == (1, 0, 0))
        #expect(totals.quarters.isEmpty && totals.kpxKWh == 0)
    }

    @Test func `resources whose names look alike are two`() throws {
        let totals = try totals(
            ["\u{E9}", "e\u{301}"].map { Self.participant("a", .accept, try Self.check([1000], [0]), resource: $0) })
        #expect(totals.groups.count == 2 && totals.groups.values.allSatisfy { $0.asked == 1 })
    }

    @Test func `what counts for nothing is in no sum`() throws {
        let totals = try totals([
            Self.participant("a", .accept, try Self.check([1000], [400])),
            // Without a reference day, and with a gap that takes the only hour.
            Self.participant("b", .accept, try Self.check([nil], [700], real: false, reduced: 0)),
            Self.participant("c", .accept, try Self.check([500, 500], [nil, 100], real: false, reduced: 0)),
        ])
        #expect((totals.all.baselineWh, totals.all.usedWh, totals.all.reducedWh) == (1000, 400, 600))
        #expect(totals.quarters.count == 1 && totals.kpxKWh == 1)
    }

    @Test func `quarter hours beyond the order are not the order's`() throws {
        let check = try Self.check(Array(repeating: 1000, count: 672), Array(repeating: 0, count: 672))
        #expect(try totals([Self.participant("a", .accept, check)]).quarters.count == 8)
    }

    @Test func `an order has its last end, and its quantity for that long`() throws {
        let order = try Self.order(
            "standard", #","quantity":10000"#,
            [
                Self.changed(2, "06:45"), Self.changed(1, "08:00"),
            ])
        #expect(order.state == .announced && order.orderedWh == Fraction(17_500))
        let ended = try Self.order("standard", #","quantity":10000"#, [Self.ended, Self.changed(3, "08:00")])
        #expect(ended.state == .ended && ended.orderedWh == Fraction(15_000))
        let withdrawn = try Self.order("standard", "", [Self.cancelled])
        #expect(withdrawn.state == .cancelled && withdrawn.reason == "KPX withdrew it")
        #expect(withdrawn.quantityWh == nil && withdrawn.orderedWh == nil)
        let more = try Self.order(
            "standard", #","quantity":10000"#,
            [Self.changed(1, "08:00").replacing(#""version":1"#, with: #""version":1,"quantity":12000"#)])
        #expect(more.quantityWh == 12_000)
    }

    @Test(arguments: [
        // Substitute holidays, election days, weekends and the end of a year.
        ("2026-06-02", "2026-06-10"), ("2026-06-08", "2026-06-15"), ("2026-05-22", "2026-06-01"),
        ("2026-11-21", "2026-11-27"), ("2026-12-30", "2027-01-07"),
    ])
    func `the list is due 5 working days behind the order`(last: String, due: String) throws {
        let day = try #require(Day(last))
        #expect(ListDueDay.day(behind: day, workingDays: 5, .korea)?.description == due)
    }

    @Test func `beyond the known holidays no day is said`() throws {
        let last = try #require(Day("2028-12-27"))
        #expect(ListDueDay.day(behind: last, workingDays: 5, .korea) == nil)
    }
}
