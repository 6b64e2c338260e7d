import Baselines
import Contracts
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Days with orders of the customer are no references for methods of a market. The market's method takes the highest
/// two of the three eligible days before.
@Suite struct OrderDayTests {
    private func scene(_ rules: String = Scene.highest, seed: UInt64 = 1) throws -> Scene {
        let scene = Scene(seed: seed)
        scene.harness.hasBrokersTime = true
        scene.tell(2, Scene.market(2, rules: rules))
        try scene.week()
        try scene.harness.run()
        return scene
    }

    /// On Tuesday, with a use of 500; Monday has 200, Wednesday 300 and Thursday 400.
    private func saveTuesday(_ scene: Scene) throws {
        scene.saved("kim", "dr-0", from: "2026-11-17T10:00", to: "2026-11-17T11:00")
        try scene.harness.run()
    }

    @Test func `a day with an order is no reference, and the look-back goes on behind it`() throws {
        let scene = try scene()
        try saveTuesday(scene)
        scene.savedByMarket()
        try scene.harness.run()
        let check = try #require(try scene.checks().last)
        #expect(check.days == ["2026-11-19", "2026-11-18"] && check.baselineWh == 1400)
        let notUsed = try #require(check.explanation?.notUsed).map { "\($0.day) \($0.why)" }
        #expect(notUsed.prefix(2) == ["2026-11-17 order day", "2026-11-16 lowest use"])
    }

    @Test func `an order of an earlier day that becomes known later corrects the check`() throws {
        let scene = try scene()
        scene.savedByMarket()
        try scene.harness.run()
        #expect(try scene.checks().last?.baselineWh == 1800)
        try saveTuesday(scene)
        try scene.harness.advance(by: .seconds(2))
        let check = try #require(try scene.checks().last)
        #expect(check.response.order.text == "dr-1" && check.version == 2 && check.baselineWh == 1400)
        #expect(scene.harness.timers(.kepco).isEmpty)
    }

    @Test func `an order of a later day, or of the same one, has nothing done again`() throws {
        let scene = try scene()
        scene.savedByMarket()
        try scene.harness.run()
        scene.saved("kim", "later", from: "2026-11-20T11:00", to: "2026-11-20T11:30")
        scene.saved("kim", "next", from: "2026-11-21T10:00", to: "2026-11-21T10:30")
        try scene.harness.run()
        #expect(try scene.recent("kim")?.hasMarked == false)
    }

    @Test func `kepco's own mean takes days with orders, also for a kind without a method`() throws {
        for market in [nil, 2] as [Int64?] {
            let scene = try scene(#"{"from":"2026-01-01"}"#)
            try saveTuesday(scene)
            scene.saved("kim", to: "2026-11-20T11:00", market: market)
            try scene.harness.run()
            #expect(try scene.checks().last?.days.contains("2026-11-17") == true)
        }
    }

    @Test func `with too few references those days with orders are taken that have the highest use`() throws {
        let rules =
            #"{"from":"2026-01-01","method":{"name":"m","days":5,"rank":"event","calendarDays":10,"leastDays":4}}"#
        let scene = try scene(rules)
        try saveTuesday(scene)
        scene.savedByMarket()
        try scene.harness.run()
        #expect(
            try scene.checks().last?.days == ["2026-11-19", "2026-11-18", "2026-11-17", "2026-11-16"])
    }

    /// The mean of 200, 300 and 400 is 300, and with Tuesday's 500 it would be 350.
    @Test func `rules on use judge the days without orders`() throws {
        let rules =
            #"{"from":"2026-01-01","method":{"name":"m","days":5,"rank":"event","eligibleDays":4,"#
            + #""useRules":[{"name":"low","below":60}]}}"#
        let without = try scene(rules)
        without.savedByMarket()
        try without.harness.run()
        #expect(try without.checks().last?.days == ["2026-11-19", "2026-11-18", "2026-11-17"])
        let with = try scene(rules)
        try saveTuesday(with)
        with.savedByMarket()
        try with.harness.run()
        #expect(try with.checks().last?.days == ["2026-11-19", "2026-11-18", "2026-11-16"])
    }
}
