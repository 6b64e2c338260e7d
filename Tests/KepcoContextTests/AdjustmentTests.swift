import Baselines
import Contracts
import Foundation
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Baselines that are brought to the level of the order's day (SAA).
@Suite struct AdjustmentTests {
    // MARK: The market's example, as negawatt baseline has it

    private static let methods = [
        "Max(4/5)": #""days":5,"keep":"top 4","eligibleDays":10"#,
        "Mid(4/6)": #""days":6,"keep":"middle 4","eligibleDays":12"#,
        "Mid(6/10)": #""days":10,"keep":"middle 6","eligibleDays":20"#,
        "Mid(8/10)": #""days":10,"keep":"middle 8","eligibleDays":20"#,
    ]

    /// Hours in kWh from 9 on, by the day; the order of 2026-06-08 is from 14 to 16 h.
    private static func example() throws -> (vectors: [String: Any], days: [String: [Int64]]) {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/baseline.json")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let vectors = try #require(json as? [String: Any])
        var days = try #require(vectors["days"] as? [String: [Int64]])
        let hours = try #require(vectors["event_day"] as? [String: Int64])
        days["2026-06-08"] = try (9...19).map { try #require(hours["\($0)"]) }
        return (vectors, days)
    }

    @Test(arguments: Array(methods.keys.sorted()), [false, true])
    func `a check comes to the figures of negawatt baseline`(name: String, hasSAA: Bool) throws {
        let (vectors, days) = try Self.example()
        let scene = Scene(partitions: 1, KepcoSettings(daysKept: 300))
        let saa =
            #","adjustment":{"kind":"additive","windows":[{"anchor":"start","fromMin":-240,"toMin":-60}]}"#
        let fields = try #require(Self.methods[name])
        let method = #"{"name":"\#(name)",\#(fields)\#(hasSAA ? saa : "")}"#
        scene.tell(
            2,
            Scene.market(
                2, rules: #"{"from":"2026-01-01","method":\#(method)}"#, holidays: #""2026-06-03","2026-05-25""#),
            partitions: 1)
        for (day, hours) in days {
            try scene.readings("kim", "\(day)T09:00", hours.flatMap { [Int64?](repeating: $0 * 250, count: 4) })
        }
        scene.saved("kim", "dr-0", from: "2026-05-29T14:00", to: "2026-05-29T15:00")
        try scene.harness.run()
        scene.saved("kim", from: "2026-06-08T14:00", to: "2026-06-08T16:00", market: 2)
        try scene.harness.run()
        let check = try #require(try scene.checks().last)
        let expected = try Self.calculated(days, try #require(KPXRules.method(name, .init(hasSAA: hasSAA))))
        #expect(Fraction(check.reducedWh * 10) == expected.reduction)
        let known = try #require(vectors[name] as? [String: Any])
        let reductions = try #require(known[hasSAA ? "reduction_SAA" : "reduction_noSAA"] as? [Double])
        #expect(Double(check.reducedWh) == reductions.reduce(0, +) * 1000)
        let amount = try #require(check.explanation).adjustment
        #expect(amount?.kind == (hasSAA ? "additive" : nil) && amount?.order == nil)
        #expect(amount?.hourMilliWh == expected.adjustment.map { ($0.value * Fraction(100)).rounded })
    }

    private static func calculated(_ days: [String: [Int64]], _ method: BaselineMethod) throws -> BaselineResult {
        var readings = Readings()
        for (day, hours) in days {
            let start = try #require(Day(day)).number * Day.minutes + 9 * 60
            for (hour, kWh) in hours.enumerated() {
                readings.record(kWh * 10_000, at: start + Int64(hour) * 60, length: 60)
            }
        }
        let rules = DayRules(
            holidays: Set(["2026-06-03", "2026-05-25"].compactMap { Day($0) }),
            excluded: Set([Day("2026-05-29")].compactMap(\.self)))
        let start = try #require(Day("2026-06-08")).number * Day.minutes + 14 * 60
        return try Calculation(method, rules, readings).result(OrderTime(start..<(start + 120)))
    }

    // MARK: Friday, 2026-11-20

    /// The day before counts alone: 400 Wh a quarter hour, and 300 from eight to nine. `more` are fields of the
    /// adjustment.
    private func scene(_ kind: String, _ more: String = "", today: Int64? = 360) throws -> Scene {
        let scene = Scene()
        scene.harness.hasBrokersTime = true
        let window = #"{"anchor":"start","fromMin":-120,"toMin":-60}"#
        scene.tell(
            2,
            Scene.market(
                2,
                rules: #"{"from":"2026-01-01","method":{"name":"m","days":1,"eligibleDays":1,"adjustment":"#
                    + #"{"kind":"\#(kind)","windows":[\#(window)]\#(more)}}}"#))
        try scene.readings("kim", "2026-11-19T08:00", [Int64?](repeating: 300, count: 4))
        try scene.readings("kim", "2026-11-19T10:00", [Int64?](repeating: 400, count: 20))
        if let today { try scene.readings("kim", "2026-11-20T08:00", [Int64?](repeating: today, count: 4)) }
        try scene.readings("kim", "2026-11-20T10:00", [Int64?](repeating: 100, count: 20))
        try scene.harness.run()
        return scene
    }

    private func check(_ scene: Scene, _ order: String = "dr-1", _ from: String = "10:00", _ to: String = "11:00")
        throws -> ReductionCheck
    {
        scene.saved("kim", order, from: "2026-11-20T\(from)", to: "2026-11-20T\(to)", market: 2)
        try scene.harness.run()
        return try #require(try scene.checks().last)
    }

    @Test(
        arguments: [
            // 400 + 60 in each quarter hour; 480; 440 and 360 by the caps.
            ("additive", "", 360, 1840), ("ratio", #","most":1000"#, 360, 1920), ("ratio", #","most":110"#, 360, 1760),
            ("ratio", #","least":90,"most":110"#, 30, 1440), ("additive", #","least":95"#, 30, 1520),
            ("additive", #","most":105"#, 900, 1680), ("additive", #","least":0"#, 0, 400),
        ] as [(String, String, Int64, Int64)])
    func `it is added or multiplied, within its caps`(
        _ kind: String, _ more: String, _ today: Int64, _ baselineWh: Int64
    ) throws {
        let check = try check(try scene(kind, more, today: today))
        #expect((check.baselineWh, check.reducedWh) == (baselineWh, baselineWh - 400))
        #expect(check.bySettings == nil && check.explanation?.adjustment?.kind == kind)
    }

    /// A quarter hour of the order's hour, of which it covers a third.
    @Test func `a part of an hour gets its part`() throws {
        let check = try check(try scene("additive"), "dr-1", "10:15", "10:20")
        // Windows are by the order's first quarter hour: 08:15 to 09:15, in which a reading is missing.
        #expect(check.baselineWh == 133 && check.explanation?.adjustment?.whyNone != nil)
        let other = try self.check(try scene("additive"), "dr-1", "10:05", "10:10")
        #expect(other.baselineWh == 153 && other.quarterBaselineMilliWh == [153_333])
    }

    @Test func `a reading of its window that comes later corrects the check`() throws {
        let scene = try scene("additive", today: nil)
        let first = try check(scene)
        #expect(first.baselineWh == 1600)
        #expect(
            first.explanation?.adjustment
                == CheckAdjustment(
                    kind: "additive",
                    whyNone: "readings of its windows are missing, or there is no reference day with a use there"))
        for quarter in 0..<4 {
            try scene.reading("kim", "2026-11-20T08:\(quarter == 0 ? "00" : "\(quarter * 15)")", 360)
        }
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(2))
        let second = try #require(try scene.checks().last)
        #expect((second.version, second.baselineWh) == (2, 1840))
        #expect(second.explanation?.adjustment == CheckAdjustment(kind: "additive", hourMilliWh: 240_000))
    }

    @Test func `a second order of the day takes the first one's, whichever is known first`() throws {
        let inOrder = try scene("additive")
        _ = try check(inOrder)
        let second = try check(inOrder, "dr-2", "12:00", "13:00")
        // Its own windows would be from ten to eleven, in the first order: 400 - 100 less.
        #expect(second.baselineWh == 1840 && second.explanation?.adjustment?.order?.text == "dr-1")
        let reversed = try scene("additive")
        #expect(try check(reversed, "dr-2", "12:00", "13:00").baselineWh == 400)
        _ = try check(reversed)
        try reversed.harness.advance(by: .seconds(2))
        let corrected = try #require(try reversed.checks().last)
        #expect(corrected.response.order.text == "dr-2" && corrected.version == 2)
        #expect((corrected.baselineWh, corrected.explanation) == (1840, second.explanation))
    }

    /// As long as readings may be: nothing overflows, and figures stay within messages.
    @Test(arguments: [("ratio", #","most":1000"#), ("additive", "")])
    func `the largest readings fit`(kind: String, more: String) throws {
        let scene = Scene(partitions: 1)
        let windows = #"{"anchor":"start","fromMin":-720,"toMin":0},{"anchor":"start","fromMin":-720,"toMin":0}"#
        scene.tell(
            2,
            Scene.market(
                2,
                rules:
                    #"{"from":"2026-01-01","method":{"name":"m","days":20,"rank":"event","dayType":"all","eligibleDays":40,"#
                    + #""adjustment":{"kind":"\#(kind)","windows":[\#(windows)]\#(more)}}}"#), partitions: 1)
        let most = Limits.quarterTenths.upperBound
        for day in 1...20 {
            let tenths = (0..<96).map { most - Int64($0 % 7) - (day == 20 ? 0 : most / 2 + Int64(day * 97 % 11)) }
            scene.tenths("kim", "2026-11-\(day < 10 ? "0" : "")\(day)T00:00", tenths)
        }
        scene.saved("kim", from: "2026-11-20T12:03:07.123", to: "2026-11-20T23:59:59.999", market: 2)
        try scene.harness.run()
        let check = try #require(try scene.checks().last)
        #expect(check.explanation?.adjustment?.whyNone == nil && check.bySettings == nil)
        #expect(check.quarterBaselineMilliWh.allSatisfy { $0.map(Limits.orderWh.contains) == true })
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test(
        arguments: [
            (#"{"anchor":"notice","fromMin":-60,"toMin":0}"#, "", "additive", "does not know when"),
            (#"{"anchor":"end","fromMin":0,"toMin":60}"#, "", "additive", "behind the order's end"),
            (#"{"anchor":"start","fromMin":-60,"toMin":-50}"#, "", "additive", "multiples of 15"),
            (#"{"fromMin":-1440,"toMin":-60},{"fromMin":-120,"toMin":0}"#, "", "additive", "1500 minutes"),
            (#"{"fromMin":-60,"toMin":0}"#, "", "ratio", "without limit"),
            (#"{"fromMin":-60,"toMin":0}"#, #","least":50"#, "ratio", "without limit"),
            (#"{"anchor":"end","fromMin":-60,"toMin":0}"#, "", "additive", nil),
            (#"{"fromMin":-1440,"toMin":0}"#, #","most":1000"#, "ratio", nil),
        ] as [(String, String, String, String?)])
    func `what a check cannot know is no adjustment of a market`(
        _ windows: String, _ more: String, _ kind: String, _ why: String?
    ) throws {
        let scene = try self.scene("additive")
        scene.tell(
            3,
            Scene.market(
                3,
                rules: #"{"from":"2026-01-01","method":{"name":"m","days":1,"eligibleDays":1,"adjustment":"#
                    + #"{"kind":"\#(kind)","windows":[\#(windows)]\#(more)}}}"#))
        scene.saved("kim", to: "2026-11-20T11:00", market: 3)
        try scene.harness.run()
        let check = try #require(try scene.checks().last)
        #expect((check.bySettings != nil) == (why != nil))
        if let why { #expect(check.bySettings?.contains(why) == true, "\(check.bySettings ?? "")") }
    }
}
