import Baselines
import Contracts
import Market
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Checks of customers whose resource has chosen another method than its kind's. Friday, 2026-11-20.
@Suite struct ResourceMethodTests {
    /// Ten weekdays before, from ten to eleven: 100, 200, … Wh a quarter hour, newest first. Four hours before 50.
    private func scene(method: String?, market: Int64 = 1, kind: String = "standard") throws -> Scene {
        let scene = Scene()
        let days = [19, 18, 17, 16, 13, 12, 11, 10, 9, 6]
        for (place, day) in days.enumerated() {
            let wh = Int64(place + 1) * 100
            try scene.readings("kim", "2026-11-\(day < 10 ? "0" : "")\(day)T06:00", .init(repeating: 50, count: 16))
            try scene.readings("kim", "2026-11-\(day < 10 ? "0" : "")\(day)T10:00", .init(repeating: wh, count: 4))
        }
        try scene.readings("kim", "2026-11-20T06:00", .init(repeating: 60, count: 16))
        try scene.readings("kim", "2026-11-20T10:00", .init(repeating: 40, count: 4))
        try scene.harness.run()
        scene.saved("kim", to: "2026-11-20T11:00", market: market, kind: kind, resource: "s1", method: method)
        try scene.harness.run()
        return scene
    }

    /// Max(4/5): 500, 400, 300, 200. Mid(6/10): the middle six of ten, 300 to 800.
    @Test(
        arguments: [
            (nil, "Max(4/5)", 1400, nil), ("Mid(6/10)", "Mid(6/10)", 2200, nil), ("Max(4/5)", "Max(4/5)", 1400, nil),
            ("Max(4/5)+SAA", "Max(4/5)", 1440, "additive"), ("Mid(6/10)+SAA", "Mid(6/10)", 2240, "additive"),
            ("Mid(8/10)", "Mid(8/10)", 2200, nil), ("Mid(4/6)", "Mid(4/6)", 1400, nil),
        ] as [(String?, String, Int64, String?)])
    func `the method is the resource's, and the check says so`(
        choice: String?, method: String, baselineWh: Int64, adjustment: String?
    ) throws {
        let scene = try scene(method: choice)
        let check = try #require(try scene.checks().first)
        #expect((check.method, check.baselineWh, check.usedWh) == (method, baselineWh, 160))
        #expect(check.kind == OrderKind(market: 1, kind: "standard", resourceMethod: choice))
        #expect(check.bySettings == nil && check.explanation?.adjustment?.kind == adjustment)
        #expect(scene.harness.deadLetters.isEmpty)
        // What comes later corrects it by the same.
        try scene.reading("kim", "2026-11-20T10:00", 41)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(5))
        let corrected = try #require(try scene.checks().last)
        #expect((corrected.version, corrected.method, corrected.baselineWh) == (2, method, baselineWh))
    }

    /// Of a kind without a method of its own, days with orders are no references either then.
    @Test func `a kind without a method has the resource's`() throws {
        let check = try #require(try scene(method: "Max(4/5)", kind: "reliable").checks().first)
        #expect((check.method, check.baselineWh, check.bySettings) == ("Max(4/5)", 1400, nil))
    }

    @Test func `a method that this version does not know is not guessed`() throws {
        let check = try #require(try scene(method: "Max(9/9)").checks().first)
        #expect(
            check.bySettings == #"kind "standard" of market version 1 has no method "Max(9/9)""#
                && check.method.hasPrefix("mean of"))
    }

    /// What a gap means, and which days are dropped, is the kind's.
    @Test func `of the kind's method stays what a resource does not choose`() throws {
        let day = Day(number: 20_000)
        let kinds = Market.korea.kinds
        let national = try #require(kinds.first { $0.id == "national" }?.rules(on: day))
        let chosen = try #require(national.method(of: "Mid(8/10)"))
        #expect(chosen.gaps == BaselineMethod.GapRule(reference: .zero, order: .customer) && chosen.days == 10)
        #expect(national.method(of: "Mid(8/10)+SAA") == nil && !national.choices.contains { $0.hasSuffix("+SAA") })
        var rules = try #require(kinds.first { $0.id == "standard" }?.rules(on: day))
        rules.method?.useRules = [UseRule("low use", below: 75)]
        rules.method?.shortage = .bringBack
        let strict = try #require(rules.method(of: "Mid(6/10)+SAA"))
        #expect(strict.useRules == rules.method?.useRules && strict.shortage == .bringBack)
        #expect(strict.adjustment != nil && rules.method(of: "Max(4/5)")?.adjustment == nil)
        for choice in rules.choices { #expect(rules.method(of: choice) != nil, "\(choice)") }
    }
}
