import Baselines
import Contracts
import JSON
import Testing

@testable import Settlement

/// What the orders of a period come to. Quarter hours are those from 14:00 in Korea on.
@Suite struct PeriodReportTests {
    /// The figures of the market's own checks: 13 of 10 is paid as 12, and 6 of 10 falls 3.7 short.
    @Test func `an order is paid and costs as settle says`() throws {
        var report = try report()
        let more = try order("more")
        report.add(more, try totals(more, participant("kim", "s1", baseline: 5_000_000, used: 1_750_000)))
        let less = try order("less", day: 1)
        report.add(less, try totals(less, participant("kim", "s1", baseline: 5_000_000, used: 3_500_000)))
        #expect(report.entries.map { $0.estimate?.exact.payWon } == [2_140_800, 1_070_400])
        #expect(report.entries.map { $0.estimate?.exact.penaltyWon } == [0, 2_888_960])
        #expect(report.entries.map(\.settled?.capacityPayWon) == [19_520_000, 19_520_000])
        #expect(report.entries.map(\.compliance) == [13_000, 6000])
        #expect((report.all.payWon, report.all.penaltyWon, report.all.netWon) == (3_211_200, 2_888_960, 322_240))
        #expect(report.all.kpxKWh == 19_000 && report.all.orderedWh == 20_000_000)
    }

    @Test func `a month's penalties are no more than its capacity pay, and three bad days stop trading`() throws {
        var report = try report()
        for day in 0..<8 as Range<Int64> {
            let order = try order("o\(day)", day: day)
            report.add(order, try totals(order, participant("kim", "s1", baseline: 5_000_000, used: 3_500_000)))
        }
        #expect(report.all.penaltyWon == 19_520_000)
        #expect(report.entries.last?.estimate?.exact.penaltyWon == 0)
        #expect(report.stopped.map(\.resource) == ["s1"] && report.stopped.map(\.order.text) == ["o2"])
        // Another month has another cap.
        let july = try order("july", day: 30)
        report.add(july, try totals(july, participant("kim", "s1", baseline: 5_000_000, used: 3_500_000)))
        #expect(report.all.penaltyWon == 19_520_000 + 2_888_960)
    }

    @Test func `what nobody has accepted falls short wholly, and counts among the bad days`() throws {
        var report = try report()
        for day in 0..<3 as Range<Int64> {
            let order = try order("o\(day)", day: day)
            var silent = Participant(user: "kim", name: "n", answer: day == 0 ? .deny : .ignore)
            silent.resource = "s1"
            report.add(order, day == 2 ? totals(order) : totals(order, silent))
        }
        // 9.7 MWh at 1,952 won a kW and month, in five hours, twice.
        #expect(report.entries.map { $0.estimate?.exact.penaltyWon } == [7_573_760, 7_573_760, 4_372_480])
        #expect(report.all.penaltyWon == 19_520_000 && report.all.payWon == 0)
        #expect(report.stopped.map(\.order.text) == ["o2"])
    }

    @Test func `who is not asked any more adds no resource to the order`() throws {
        let order = try order("narrowed")
        var gone = try participant("lee", "s2", baseline: 1, used: nil)
        gone.isCancelled = true
        let moved = try participant("park", "s2", baseline: 5, used: 4)
        var report = try report()
        report.add(order, try totals(order, participant("kim", "s1", baseline: 5_000_000, used: 1_750_000), gone))
        #expect(report.entries.map(\.resource) == ["s1"])
        #expect(report.all.orderedWh == 10_000_000)
        // A later command has put him into a resource that is not asked.
        report.add(
            order, try totals(order, participant("kim", "s1", baseline: 5_000_000, used: 1_750_000), moved))
        #expect(report.entries.map(\.orderedWh) == [10_000_000, 10_000_000, nil])
    }

    /// 24.290 MWh at 178.4 won, asked for half an hour before.
    @Test func `a national order is paid by its notice`() throws {
        var report = try report()
        let order = try order("n", kind: "national", quantity: nil, notice: 30)
        report.add(
            order, try totals(order, participant("kim", "s1", baseline: 24_577_500, used: 18_505_000)))
        #expect(report.entries.first?.noticeFactor == 12_000)
        #expect(report.all.netWon == 37_146_211)
    }

    /// The customers' own baselines come to less than the resource's.
    @Test(
        arguments: [
            ("national", "s1", "74020000000", 37_146_211, 24_290, 24_290_000),
            // By KPX's rounding of the clock hour, whatever the method's intervals come to.
            ("national", "s1", "74020600000", 37_145_294, 24_289, 24_290_000),
            // Of other hours than the order's, or of none since one has no baseline: the customers' stand, in kWh too.
            ("national", "s1", "74020000000,5", 24_469_092, 16_000, nil),
            ("national", "s1", "", 24_469_092, 16_000, nil),
            // Of another resource, and of a kind that is settled by its customers.
            ("national", "s2", "74020000000", 24_469_092, 16_000, nil),
            ("standard", "s1", "74020000000", nil, 16_000, nil),
        ] as [(String, String, String, Int64?, Int128, Int64?)])
    func `a national order is settled by the resource's own baseline`(
        kind: String, resource: String, used: String, won: Int64?, kWh: Int128, own: Int64?
    ) throws {
        var report = try report()
        let order = try order("n", kind: kind, notice: 30)
        var totals = try totals(order, participant("kim", "s1", baseline: 20_000_100, used: 16_000_000))
        totals.add(try reduction("n", resource, used: used))
        report.add(order, totals)
        let entry = try #require(report.entries.first)
        if let won { #expect(entry.estimate?.exact.netWon == won) }
        #expect(entry.kpxKWh == kWh && totals.kpxKWh == kWh)
        #expect(entry.own?.reducedWh == own)
    }

    @Test func `each resource has its share of what was ordered, and one alone can be shown`() throws {
        let order = try order("two", resources: ["s1", "s2"])
        let totals = try totals(
            order, participant("kim", "s1", baseline: 1_000_000, used: 375_000),
            participant("lee", "s2", baseline: 3_000_000, used: 1_125_000))
        var all = try report()
        all.add(order, totals)
        #expect(all.entries.map(\.orderedWh) == [2_500_000, 7_500_000])
        #expect(all.resources.map(\.name) == ["s1", "s2"] && all.all.orderedWh == 10_000_000)
        var one = try report()
        one.add(order, totals, only: "s2")
        let other = try self.order("other")
        one.add(other, self.totals(other), only: "s2")
        #expect(one.entries.map(\.resource) == ["s2"] && one.orders == 1)
        let second = all.entries[1].estimate?.exact.netWon
        #expect(second.map { Int128($0) } == one.all.netWon)
    }

    @Test func `what cannot be estimated says why`() throws {
        var report = try report(price: nil, mgp: nil)
        let kim = try participant("kim", "s1", baseline: 5_000_000, used: 3_500_000)
        func add(_ order: ReportedOrder, _ participants: Participant...) {
            var totals = OrderTotals(order, order.terms(.korea, .korea), .korea)
            for participant in participants { totals.add(participant) }
            report.add(order, totals)
        }
        add(try order("gone", end: "DrCancelled"), kim)
        add(try order("runs", end: nil), kim)
        add(try order("waits"), kim, try participant("lee", "s1", baseline: 1, used: nil))
        add(try order("unpriced"), kim)
        add(try order("unordered", quantity: nil), kim)
        add(try order("others", kind: "t"), kim)
        add(try order("short", quantity: nil, minutes: 0), kim)
        #expect((report.orders, report.withdrawn, report.open, report.all.settled) == (7, 1, 1, 0))
        let reasons = report.entries.map { $0.whyNone ?? "" }
        for (reason, words) in zip(
            reasons,
            [
                "has not ended", "not all who accepted", "no mgp", "says no orderedWh", "no terms of kind",
                "less than a minute",
            ])
        { #expect(reason.contains(words), "\(reason)") }
        #expect(reasons.count == 6)
    }

    @Test func `what KPX says stands beside it`() throws {
        var report = try report()
        let order = try order(
            "more",
            stated: [
                #""kpxWon":1,"version":3"#, #""kpxKWh":12990,"kpxWon":2140000,"objection":"why","version":5"#,
                #""kpxWon":2,"version":4"#, #""resource":"s9","kpxWon":3,"version":9"#,
            ])
        report.add(order, try totals(order, participant("kim", "s1", baseline: 5_000_000, used: 1_750_000)))
        #expect((report.all.stated, report.all.kpxWon, report.all.differenceWon) == (1, 2_140_000, -800))
        #expect(report.entries.first?.estimate?.reconciliation?.isObjectionDue == true)
        #expect(report.entries.first?.differenceKWh == -10 && report.all.objections == 1)
        let line = try #require(report.entries.first.map { PeriodCSV.line($0, .korea) })
        #expect(
            line.contains(",2140800,0,19520000,0,2140800,,12990,-10,2140000,-800,why,,,2140800,-800,0,,,,,\r\n"),
            "\(line)")
        #expect(PeriodChart(report, .korea, of: nil).svg.contains("06-01 more 10000, 13000."))
    }

    /// 13.0003 MWh are 13,000 whole kWh.
    @Test func `what KPX says differs from the whole kWh and from the exact energies`() throws {
        var report = try report()
        let order = try order("o", quantity: 12_000_000, stated: [#""kpxWon":2319200,"version":1"#])
        report.add(order, try totals(order, participant("kim", "s1", baseline: 5_000_075, used: 1_750_000)))
        let entry = try #require(report.entries.first)
        #expect((entry.estimate?.exact.netWon, entry.estimate?.kpx.netWon) == (2_319_254, 2_319_200))
        #expect((entry.estimate?.reconciliation?.differenceWon, entry.exactDifferenceWon) == (0, -54))
        #expect((report.all.netWon, report.all.kpxNetWon) == (2_319_254, 2_319_200))
        #expect((report.all.differenceWon, report.all.exactDifferenceWon) == (0, -54))
    }

    @Test func `a test is paid by smp, falls short as any order, and is none where nothing says smp`() throws {
        var report = try report()
        var prices = ReportPrices()
        var reader = JSONReader()
        try reader.read(#"{"mgp":178.4,"smp":100}"#.utf8.span) { try prices.take($0) }
        let resource = Resource(id: ResourceID(text: "s1"), kind: "standard", capacity: 10_000_000, price: 1952)
        let settlement = PeriodSettlement(.korea, prices, [ExactText("s1"): resource], .korea)
        var priced = PeriodReport(report.period, settlement)
        let test = try order("t", isTest: true)
        let sums = try totals(test, participant("kim", "s1", baseline: 5_000_000, used: 3_500_000))
        report.add(test, sums)
        priced.add(test, sums)
        #expect(report.entries.first?.whyNone?.contains("no smp") == true)
        #expect((priced.all.payWon, priced.all.penaltyWon) == (600_000, 2_888_960))
        #expect(priced.entries.first.map { PeriodCSV.line($0, .korea) }?.contains(",true,") == true)
    }

    @Test func `orders without an estimate are named where later ones are reckoned without them`() throws {
        var report = try report()
        let kim = try participant("kim", "s1", baseline: 5_000_000, used: 3_500_000)
        for number in 0..<25 as Range<Int64> {
            let order = try order("o\(number)", day: number, end: number < 22 ? nil : "DrEnded")
            report.add(order, totals(order, kim))
        }
        let other = try order("else", day: 26, resources: ["s2"])
        report.add(other, try totals(other, participant("lee", "s2", baseline: 5_000_000, used: 3_500_000)))
        let free = try order("free", day: 27, kind: "national", quantity: nil, end: nil)
        report.add(free, totals(free, kim))
        #expect(report.leftOut.count == 22 && report.leftOut.allSatisfy { $0.resource == "s1" })
        let counts = report.entries.map(\.leftOut.count)
        #expect(counts == Array(0...22) + [22, 22, 0, 22])
        #expect(report.entries[23].leftOut.orders.map(\.text) == (0..<20).map { "o\($0)" })
        #expect(PeriodCSV.line(report.entries[2], .korea).hasSuffix(",2,o0 o1,,,,\r\n"))
    }

    @Test func `hours and resources have prices of their own`() throws {
        var prices = ReportPrices()
        var reader = JSONReader()
        for line in [
            #"{"mgp":100,"capacity":5}"#, #"{"resource":"s1","capacity":7}"#,
            #"{"startsAt":"2026-06-01T14:00:00+09:00","mgp":200}"#,
        ] { try reader.read(line.utf8.span) { try prices.take($0) } }
        #expect(prices.ofHour(Self.started).mgp == 200_000 && prices.ofHour(Self.started + .seconds(3600)).mgp == nil)
        #expect(prices.ofResource("s1") == SettlementPrices(mgp: 100_000, capacity: 7000))
        #expect(prices.ofResource(nil) == SettlementPrices(mgp: 100_000, capacity: 5000))
        for line in [
            "{}", #"{"mgp":1,"won":2}"#, #"{"startsAt":"2026-06-01T14:15:00+09:00","mgp":1}"#,
            #"{"startsAt":"2026-06-01T14:00:00+09:00","rbp":1}"#,
            #"{"startsAt":"2026-06-01T14:00:00+09:00","resource":"s1","mgp":1}"#, #"{"mgp":-1}"#,
        ] {
            #expect(throws: (any Error).self, "\(line)") { try reader.read(line.utf8.span) { try prices.take($0) } }
        }
    }

    @Test(
        arguments: [
            ("2026-02", "2026-02-01..2026-02-28"), ("2028-02", "2028-02-01..2028-02-29"),
            ("2026-12", "2026-12-01..2026-12-31"), ("2026-06-08", "2026-06-08..2026-06-08"),
            ("2026-06-01..2026-11-30", "2026-06-01..2026-11-30"), ("2026-13", nil), ("2026", nil), ("dr-1", nil),
            ("2026-06-02..2026-06-01", nil), ("2026-06..2026-07", nil), ("2026-06-31", nil), ("", nil),
        ] as [(String, String?)])
    func `a period is a month, a day or both ends`(text: String, period: String?) {
        #expect(ReportPeriod(text)?.description == period)
    }

    @Test func `an order is of the day on which it starts in Korea`() throws {
        let june = try #require(ReportPeriod("2026-06"))
        let first = try #require(Timestamp("2026-05-31T15:00:00Z"))
        #expect(june.contains(first, .korea) && !june.contains(first - .seconds(1), .korea))
    }
}
