import Baselines
import JSON
import Testing

@testable import Settlement

/// What an order comes to, to the won.
@Suite struct SettlementEstimateTests {
    private func order(_ text: String) throws -> SettledOrder {
        var reader = JSONReader()
        return try SettledOrder(reader.fields(of: text.utf8.span))
    }

    private func estimate(_ text: String, _ rules: SettlementRules = .korea) throws -> SettlementEstimate {
        try SettlementEstimate(order(text), rules)
    }

    /// Hours of a standard order, in MWh, one after the other.
    private func standard(
        _ hours: [(ordered: Int, reduced: Double)], _ more: String = "",
        prices: String = #""mgp":178.4,"capacity":1952"#
    ) -> String {
        let hours = hours.enumerated().map { position, hour in
            let used = 100_000_000 - Int((hour.reduced * 1_000_000).rounded())
            return #"{"startsAt":"2026-06-08T\#(14 + position):00:00+09:00","orderedWh":\#(hour.ordered * 1_000_000),"#
                + #""baselineWh":100000000,"usedWh":\#(used)}"#
        }
        return #"{"id":"a","kind":"standard","prices":{\#(prices)},"hours":[\#(hours.joined(separator: ","))]\#(more)}"#
    }

    private func national(_ reducedWh: Int, noticeMin: Int = 30, more: String = "") -> String {
        #"{"id":"n","kind":"national","noticeMin":\#(noticeMin),"prices":{"mgp":178.4}\#(more),"hours":[{"startsAt":"#
            + #""2026-06-08T19:00:00+09:00","baselineWh":100000000,"usedWh":\#(100_000_000 - reducedWh)}]}"#
    }

    @Test func `24,290 MWh of national DR come to what KPX published`() throws {
        let estimate = try estimate(national(24_290_000))
        #expect(estimate.exact.payWon == 37_146_211)
        #expect((estimate.exact.penaltyWon, estimate.exact.netWon) == (0, 37_146_211))
        #expect(estimate.compliance == nil && !estimate.stopsTrading)
    }

    @Test(arguments: [(30, 37_146_211), (60, 34_050_694), (45, 35_082_533), (1440, 31_084_156)])
    func `the shorter the notice of national DR, the more it pays`(notice: Int, won: Int64) throws {
        #expect(try estimate(national(24_290_000, noticeMin: notice)).exact.payWon == won)
    }

    @Test func `more use than the baseline pays nothing and costs nothing in national DR`() throws {
        let estimate = try estimate(national(-1_000_000))
        #expect((estimate.exact.payWon, estimate.exact.penaltyWon) == (0, 0))
        #expect(estimate.exact.reduced == Fraction(-1000))
    }

    @Test func `of 13 MWh where 10 were ordered 12 are paid`() throws {
        let estimate = try estimate(standard([(10, 13)]))
        #expect(estimate.exact.credited == Fraction(12_000))
        #expect(estimate.exact.payWon == 2_140_800)
        #expect(estimate.exact.penaltyWon == 0)
        #expect(estimate.compliance == .init(hundredths: 13_000, isFull: true))
    }

    @Test func `6 MWh where 10 were ordered cost 3,7 MWh`() throws {
        let estimate = try estimate(standard([(10, 6)]))
        #expect(estimate.exact.shortfall == Fraction(3700))
        #expect(estimate.exact.penaltyWon == 2_888_960)
        #expect(estimate.exact.payWon == 1_070_400)
        #expect(estimate.compliance == .init(hundredths: 6000, isFull: false))
    }

    @Test func `4,250 of 4,000 are 106,25 percent`() throws {
        let text =
            #"{"kind":"standard","prices":{"mgp":1},"hours":[{"startsAt":"2026-06-08T14:00:00+09:00","#
            + #""orderedWh":4000,"baselineWh":5000,"usedWh":750}]}"#
        #expect(try estimate(text).compliance == .init(hundredths: 10_625, isFull: true))
    }

    @Test(
        arguments: [
            // At the limits: fulfilled, and paid up to the cap.
            ([(10, 9.7)], 9.7, 0, 0), ([(10, 9.699)], 9.699, 1, 781), ([(10, 12)], 12, 0, 0),
            ([(10, 12.001)], 12, 0, 0),
            // Each hour by itself: nothing is made up for.
            ([(10, 13), (10, 6)], 18, 3700, 2_888_960), ([(10, 10), (10, 10)], 20, 0, 0),
            // More was used than the baseline.
            ([(10, -1)], 0, 10_700, 8_354_560), ([(10, 0)], 0, 9700, 7_573_760),
        ] as [([(Int, Double)], Double, Int64, Int64)])
    func `each hour has its cap and its shortfall`(
        hours: [(Int, Double)], creditedMWh: Double, shortKWh: Int64, penalty: Int64
    ) throws {
        let estimate = try estimate(standard(hours))
        #expect(estimate.exact.credited == Fraction(Int64((creditedMWh * 1000).rounded())))
        #expect(estimate.exact.shortfall == Fraction(shortKWh))
        #expect(estimate.exact.penaltyWon == penalty)
    }

    @Test(arguments: [
        ("", 2_888_960), (#","capacityPayWon":2888959"#, 2_888_959), (#","capacityPayWon":19520000"#, 2_888_960),
        (#","capacityPayWon":19520000,"penaltiesBeforeWon":19000000"#, 520_000),
        (#","capacityPayWon":100,"penaltiesBeforeWon":200"#, 0),
    ])
    func `a month's penalties take no more than its capacity pay`(more: String, penalty: Int64) throws {
        let estimate = try estimate(standard([(10, 6)], more))
        #expect(estimate.exact.penaltyWon == penalty)
        #expect(estimate.exact.uncappedPenaltyWon == 2_888_960)
    }

    @Test func `tests are paid by SMP, and hours by prices of their own`() throws {
        let test = try estimate(standard([(10, 10)], #","test":true"#, prices: #""mgp":178.4,"smp":100"#))
        #expect(test.exact.payWon == 1_000_000)
        let own = standard([(10, 10), (10, 10)]).replacing(
            #""startsAt":"2026-06-08T15"#, with: #""mgp":0.5,"startsAt":"2026-06-08T15"#)
        #expect(try estimate(own).exact.payWon == 1_784_000 + 5000)
    }

    @Test func `an hour without a reading reduces nothing, and is short`() throws {
        let text = standard([(10, 10), (10, 10)]).replacing(#""usedWh":90000000}]"#, with: #""usedWh":null}]"#)
        let estimate = try estimate(text)
        #expect(estimate.exact.payWon == 1_784_000)
        #expect(estimate.exact.shortfall == Fraction(9700))
        #expect(estimate.compliance?.hundredths == 5000)
    }

    @Test func `KPX counts whole kWh: baseline and use rounded each, or the sum of its customers`() throws {
        let text =
            #"{"kind":"standard","prices":{"mgp":100},"hours":[{"startsAt":"2026-06-08T14:00:00+09:00","#
            + #""orderedWh":1000,"baselineWh":5499.5,"usedWh":2500.125}]}"#
        let own = try estimate(text)
        #expect(own.exact.reduced == Fraction(2_999_375, over: 1_000_000))
        #expect(own.kpx.reduced == Fraction(2))
        let customers = try estimate(text.replacing(#""orderedWh""#, with: #""kpxKWh":1,"orderedWh""#))
        #expect(customers.kpx.payWon == 100)
    }

    @Test(
        arguments: [
            ([79, 79], 8.2, 8000, false), ([79, 79], 8.1994, 8000, true), ([100], 0, nil, false),
            ([100, 100], 3, 7667, true),
            // Days of long ago do not help.
            ([200, 79, 79], 8, 7933, true), ([], 5, nil, false),
        ] as [([Int64], Double, Int64?, Bool)])
    func `three order days below 80 percent stop trading`(
        before: [Int64], today: Double, mean: Int64?, stops: Bool
    ) throws {
        let days = before.enumerated().map { #"{"day":"2026-06-0\#($0 + 1)","orderedWh":100,"reducedWh":\#($1)}"# }
        let text = standard([(10, today)], #","earlierDays":[\#(days.joined(separator: ","))]"#)
        let estimate = try estimate(text)
        #expect(estimate.meanOfDays == mean)
        #expect(estimate.stopsTrading == stops)
    }

    @Test func `orders of one day are one order day, whatever order they are named in`() throws {
        let days =
            #","earlierDays":[{"day":"2026-06-08","orderedWh":10000000,"reducedWh":10000000},"#
            + #"{"day":"2026-06-05","orderedWh":10,"reducedWh":6},{"day":"2026-06-01","orderedWh":10,"reducedWh":10},"#
            + #"{"day":"2026-06-04","orderedWh":10,"reducedWh":6}]"#
        let estimate = try estimate(standard([(10, 8)], days))
        // 90, 60 and 60.
        #expect(estimate.meanOfDays == 7000 && estimate.stopsTrading)
    }

    @Test(arguments: [
        (2_140_800, 0, false, false), (2_140_797, -3, false, false), (2_140_796, -4, true, false),
        (2_140_804, 4, false, true), (-5, -2_140_805, true, false),
    ])
    func `an objection is due where KPX pays too little`(kpx: Int64, difference: Int64, due: Bool, over: Bool) throws {
        let found = try #require(try estimate(standard([(10, 13)], #","kpxWon":\#(kpx)"#)).reconciliation)
        #expect(found.differenceWon == difference)
        #expect((found.isObjectionDue, found.isOverpaid) == (due, over))
    }

    @Test func `the line of a result`() throws {
        let text = standard([(10, 6)], #","resource":"seoul-1","kpxWon":-1818560"#)
        let order = try order(text)
        var json = JSONWriter()
        let result = try SettlementEstimate(order, .korea)
        json.object { result.write(order, &$0) }
        #expect(
            String(decoding: json.take(), as: UTF8.self)
                == #"{"id":"a","resource":"seoul-1","kind":"standard","day":"2026-06-08","orderedWh":10000000,"#
                + #""reducedWh":6000000,"creditedWh":6000000,"shortfallWh":3700000,"compliancePercent":60.00,"isFull":false,"#
                + #""payWon":1070400,"penaltyWon":2888960,"netWon":-1818560,"stopsTrading":false,"kpx":{"reducedKWh":6000,"#
                + #""payWon":1070400,"penaltyWon":2888960,"netWon":-1818560},"kpxWon":-1818560,"differenceWon":0,"#
                + #""objectionDue":false,"overpaid":false}"#)
    }

    @Test func `the largest figures do not overflow`() throws {
        let hour =
            #"{"startsAt":"2026-06-08T%:00:00+09:00","orderedWh":100000000000,"baselineWh":100000000000,"#
            + #""usedWh":-99999999999.999,"mgp":99999.997}"#
        let hours = (0..<24).map { hour.replacing("%", with: $0 < 10 ? "0\($0)" : "\($0)") }
        let text =
            #"{"kind":"%","noticeMin":10079,"prices":{"rbp":9999999.999,"capacity":9999999.999},"#
            + #""hours":[\#(hours.joined(separator: ","))]}"#
        for kind in ["standard", "national"] {
            #expect(try estimate(text.replacing("\"%\"", with: "\"\(kind)\"")).exact.payWon > 0)
        }
        let short = text.replacing(
            #""baselineWh":100000000000,"usedWh":-99999999999.999"#,
            with: #""baselineWh":-100000000000,"usedWh":100000000000"#)
        #expect(try estimate(short.replacing("\"%\"", with: "\"standard\"")).exact.penaltyWon > 0)
    }

    /// `@14` stands for the start at 14 h, `=` for a reading less than the baseline.
    @Test(arguments: [
        (#"{"kind":"standard"}"#, "hours is empty"),
        (#"{"kind":"plus","hours":[{@14,=}]}"#, "no terms of kind"),
        (#"{"kind":"standard","hours":[{@14,=}]}"#, "orderedWh"),
        (#"{"kind":"standard","hours":[{@14,"orderedWh":1,"baselineWh":1}]}"#, "\"usedWh\" is missing"),
        (#"{"kind":"standard","hours":[{@14,"orderedWh":1,=}]}"#, "there is no mgp"),
        (#"{"kind":"standard","test":true,"prices":{"mgp":1},"hours":[{@14,"orderedWh":1,=}]}"#, "there is no smp"),
        (#"{"kind":"standard","prices":{"mgp":1},"hours":[{@14,"orderedWh":5000,=}]}"#, "prices has no capacity"),
        (#"{"kind":"national","prices":{"mgp":1},"hours":[{@14,=}]}"#, "\"noticeMin\" is missing"),
        (#"{"kind":"standard","prices":{"mpg":1},"hours":[{@14,=}]}"#, "field \"mpg\" is not known: there are mgp"),
        (#"{"kind":"standard","capacityPay":1,"hours":[]}"#, "did you mean \"capacityPayWon\"?"),
        (#"{"kind":"standard","hours":[1]}"#, "hours[0] is no object"),
        (#"{"kind":"standard","hours":[{@14,=},{@14,=}]}"#, "does not lie behind"),
        (#"{"kind":"standard","hours":[{@14,=},{"startsAt":"2026-06-09T00:00:00+09:00",=}]}"#, "is not of 2026-06-08"),
        (
            #"{"kind":"standard","hours":[{@14,=}],"earlierDays":[{"day":"2026-06-09","orderedWh":1,"reducedWh":1}]}"#,
            "lies behind the order's day"
        ),
        (
            #"{"kind":"standard","hours":[{"startsAt":"2023-06-08T14:00:00+09:00","orderedWh":1,=}]}"#,
            "no terms of kind \"standard\" on 2023-06-08"
        ),
    ])
    func `what cannot be settled is named`(text: String, why: String) throws {
        let text = text.replacing("@14", with: #""startsAt":"2026-06-08T14:00:00+09:00""#)
            .replacing("=", with: #""baselineWh":1,"usedWh":0"#)
        let error = #expect(throws: (any Error).self) { try estimate(text) }
        let description = String(describing: error)
        #expect(description.contains(why), "\(description)")
    }

    @Test func `a penalty as large as can be written is a difference like any other`() throws {
        let text = String(decoding: SettlementRules.koreaText, as: UTF8.self)
            .replacing(#""shortfallDivisor": 5"#, with: #""shortfallDivisor": 1"#)
            .replacing(#""shortfallFactor": 2"#, with: #""shortfallFactor": 1000"#)
        let hours = (0..<24).map { hour in
            #"{"startsAt":"2026-06-08T\#(hour < 10 ? "0" : "")\#(hour):00:00+09:00","orderedWh":100000000000,"#
                + #""baselineWh":0,"usedWh":0}"#
        }
        for kpxWon in [1000, 1_000_000_000_000_000, -1_000_000_000_000_000] {
            let estimate = try estimate(
                #"{"id":"a","kind":"standard","prices":{"mgp":0,"capacity":10000000},"kpxWon":\#(kpxWon),"hours":["#
                    + hours.joined(separator: ",") + "]}", SettlementRules(Array(text.utf8)))
            #expect((estimate.exact.penaltyWon, estimate.exact.netWon) == (.max, -.max))
            let reconciliation = try #require(estimate.reconciliation)
            #expect(reconciliation.differenceWon == (kpxWon < 0 ? .max - 1_000_000_000_000_000 : .max))
            #expect(reconciliation.isOverpaid && !reconciliation.isObjectionDue)
        }
    }
}
