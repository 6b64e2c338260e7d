import Baselines
import Contracts
import Market
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Checks of orders that name a market and a kind of it. Friday, 2026-11-20; the clock stands at the Saturday after.
@Suite struct MarketCheckTests {
    @Test func `a check goes by the method, the points and the holidays of its order's kind`() throws {
        let scene = Scene()
        scene.tell(2, Scene.market(2, rules: Scene.highest, holidays: #""2026-11-17""#))
        try scene.week()
        try scene.harness.run()
        scene.savedByMarket()
        try scene.harness.run()
        let check = try #require(try scene.checks().first)
        // Not Tuesday's 500; the highest of 400, 300, 200 and what is before are two.
        #expect((check.baselineWh, check.usedWh, check.reducedWh, check.adjustPoint) == (1400, 400, 1000, 2000))
        #expect(check.method == "Max(2/3)" && check.kind == OrderKind(market: 2, kind: "k"))
        #expect(check.days == ["2026-11-19", "2026-11-18"] && check.bySettings == nil)
        let notUsed = try #require(check.explanation?.notUsed).map { "\($0.day) \($0.why)" }
        #expect(notUsed.prefix(2) == ["2026-11-17 holiday", "2026-11-16 lowest use"])
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `whichever of market, list and readings is read first, the check is the same`(seed: UInt64) throws {
        let scene = Scene(seed: seed)
        scene.tell(2, Scene.market(2, rules: Scene.highest, holidays: #""2026-11-17""#))
        for user in ["kim", "lee", "park"] {
            try scene.week(user)
            scene.savedByMarket(user)
        }
        try scene.harness.run()
        let checks = try scene.checks()
        #expect(checks.count == 3 && checks.allSatisfy { $0.reducedWh == 1000 && $0.adjustPoint == 2000 })
        #expect(scene.waiting.isEmpty && scene.harness.timers(.kepco).isEmpty)
        #expect(!scene.harness.rows(.kepco, Waiting.self).keys.contains { $0.hasPrefix("//for/") })
    }

    /// Of several customers, by more than one step.
    @Test func `checks wait for a market that has not come, and are done when it comes`() throws {
        let scene = Scene(partitions: 1)
        for number in 1...30 {
            try scene.week("u\(number)")
            scene.savedByMarket("u\(number)")
        }
        // One whose readings come behind the list, and one without readings, whose deadline comes.
        scene.savedByMarket("late")
        scene.savedByMarket("none")
        try scene.harness.run()
        try scene.week("late")
        try scene.harness.run()
        #expect(try scene.checks().isEmpty)
        try scene.harness.advance(by: .seconds(3 * 3600))
        #expect(try scene.checks().isEmpty && scene.waiting.count == 32)
        // Readings that come once more change nothing of that.
        try scene.reading("late", "2026-11-20T10:00", 101)
        try scene.harness.run()
        #expect(try scene.checks().isEmpty)
        scene.tell(3, Scene.market(3, rules: Scene.highest), partitions: 1)
        try scene.harness.run()
        #expect(try scene.checks().isEmpty)
        scene.tell(2, Scene.market(2, rules: Scene.highest), partitions: 1)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(1))
        let checks = try scene.checks()
        #expect(checks.count == 32 && checks.allSatisfy { $0.bySettings == nil && $0.method == "Max(2/3)" })
        // Tuesday and Thursday; one reading of Friday is 101.
        #expect(checks.count { $0.reducedWh == 1400 } == 30)
        #expect(checks.first { $0.response.user.text == "late" }?.reducedWh == 1399)
        #expect(checks.first { $0.response.user.text == "none" }?.reason?.hasPrefix("no readings") == true)
        #expect(scene.waiting.isEmpty && scene.harness.timers(.kepco).isEmpty)
        #expect(!scene.harness.rows(.kepco, Waiting.self).keys.contains { $0.hasPrefix("//for/") })
    }

    /// Ids of kinds are shown with escapes.
    @Test func `why a check goes by the settings fits its row`() {
        let rules = CheckMarket(.korea).rules(
            of: String(repeating: "\u{1}", count: 50), startsAt: Timestamp(milliseconds: 0), KepcoSettings())
        #expect(rules.bySettings?.unicodeScalars.count == Checks.Row.reasonLimit)
    }

    @Test func `a day behind the deadline a check goes by kepco's settings, and so do its corrections`() throws {
        let scene = Scene()
        scene.harness.hasBrokersTime = true
        try scene.week()
        try scene.harness.run()
        scene.savedByMarket()
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(26 * 3600) - .milliseconds(1))
        #expect(try scene.checks().isEmpty)
        try scene.harness.advance(by: .milliseconds(1))
        let check = try #require(try scene.checks().first)
        #expect(check.reducedWh == 1000 && check.adjustPoint == 1000 && check.kind == OrderKind(market: 2, kind: "k"))
        #expect(check.bySettings == "market version 2 had not come a day behind the deadline of the readings")
        #expect(scene.waiting.isEmpty && scene.harness.timers(.kepco).isEmpty)
        #expect(!scene.harness.rows(.kepco, Waiting.self).keys.contains { $0.hasPrefix("//for/") })
        scene.tell(2, Scene.market(2, rules: Scene.highest))
        try scene.reading("kim", "2026-11-20T10:00", 60)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(2))
        let correction = try #require(try scene.checks().last)
        #expect((correction.version, correction.reducedWh, correction.adjustPoint) == (2, 1040, 1040))
        #expect(correction.bySettings == check.bySettings)
    }

    @Test func `corrections go by the market that the check had first`() throws {
        let scene = Scene()
        scene.harness.hasBrokersTime = true
        scene.tell(2, Scene.market(2, rules: Scene.highest))
        try scene.week()
        try scene.harness.run()
        scene.savedByMarket()
        try scene.harness.run()
        scene.tell(3, Scene.market(3, rules: #"{"from":"2026-01-01","pointsPerWh":5}"#))
        try scene.reading("kim", "2026-11-19T10:00", 440)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(2))
        let checks = try scene.checks()
        // Tuesday and Thursday.
        #expect(checks.map(\.reducedWh) == [1400, 1420] && checks.map(\.adjustPoint) == [2800, 2840])
        #expect(checks.map(\.kind) == [OrderKind(market: 2, kind: "k"), OrderKind(market: 2, kind: "k")])
    }

    /// Of each: the rules, what is reduced and what it brings, and whether it went by them.
    @Test(arguments: [
        ("what is left open is as kepco is set", #"{"from":"2026-01-01"}"#, "k", 1000 as Int64, 1000 as Int64, true),
        (
            "rules of the day on which the order starts",
            #"{"from":"2026-11-20","pointsPerWh":3},{"from":"2026-11-21"}"#, "k", 1000, 3000, true
        ),
        ("none hold yet", #"{"from":"2026-11-21","pointsPerWh":3}"#, "k", 1000, 1000, false),
        ("no such kind", #"{"from":"2026-01-01","pointsPerWh":3}"#, "other", 1000, 1000, false),
        ("nothing is paid", #"{"from":"2026-01-01","pointsPerWh":0}"#, "k", 1000, 0, true),
        ("by thousandths", #"{"from":"2026-01-01","pointsPerWh":0.5}"#, "k", 1000, 500, true),
        (
            "by a method that checks cannot go by",
            #"{"from":"2026-01-01","pointsPerWh":3,"method":{"name":"m","days":2,"highest":true}}"#, "k", 1000, 1000,
            false
        ),
    ])
    func `rules hold from their day on`(
        _ name: String, _ rules: String, _ kind: String, _ reduced: Int64, _ points: Int64, _ isByMarket: Bool
    ) throws {
        let scene = Scene()
        scene.tell(2, Scene.market(2, rules: rules))
        try scene.week()
        try scene.harness.run()
        scene.savedByMarket(kind: kind)
        try scene.harness.run()
        let check = try #require(try scene.checks().first)
        #expect((check.reducedWh, check.adjustPoint) == (reduced, points), "\(name)")
        #expect((check.bySettings == nil) == isByMarket, "\(name): \(check.bySettings ?? "")")
        #expect(check.method == "mean of up to 10 earlier weekdays")
    }

    @Test func `each hour has its own days, a gap takes its hour out, and the rest counts`() throws {
        let scene = Scene()
        scene.tell(2, Scene.market(2, rules: Scene.highest))
        // Wednesday is high in the first hour, Tuesday in the second.
        for (day, wh) in [(17, [100, 900]), (18, [800, 100]), (19, [500, 500])] as [(Int, [Int64])] {
            let hours = wh.flatMap { [Int64?](repeating: $0, count: 4) }
            try scene.readings("kim", "2026-11-\(day)T10:00", hours)
        }
        try scene.readings("kim", "2026-11-20T10:00", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, nil, 1])
        try scene.harness.run()
        scene.savedByMarket(to: "13:00")
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(2 * 3600))
        let check = try #require(try scene.checks().first)
        // (800 + 500) / 2 and (900 + 500) / 2, four times each; the third hour has no reference either.
        #expect((check.baselineWh, check.usedWh, check.reducedWh, check.isReal) == (5400, 8, 5392, true))
        #expect(check.reason == nil && check.days == ["2026-11-19", "2026-11-18", "2026-11-17"])
        let parts = try #require(check.explanation?.parts)
        #expect(
            parts.map(\.days) == [["2026-11-19", "2026-11-18"], ["2026-11-19", "2026-11-17"], []])
        #expect(
            parts.map(\.startsAt.description) == [
                "2026-11-20T01:00:00Z", "2026-11-20T02:00:00Z", "2026-11-20T03:00:00Z",
            ])
        #expect(check.quarterBaselineMilliWh.suffix(4).allSatisfy { $0 == nil })
    }

    @Test func `days are those of the market's clock`() throws {
        let scene = Scene()
        // 10:00 in Korea is 15:00 of the day before at UTC-10.
        let monday = #""2026-11-16""#
        scene.tell(2, Scene.market(2, rules: Scene.highest, holidays: monday, utcOffset: "-10:00"))
        try scene.week()
        try scene.harness.run()
        scene.savedByMarket()
        try scene.harness.run()
        // Korea's Tuesday is its Monday.
        #expect(try scene.checks().first?.days == ["2026-11-18", "2026-11-17"])
        #expect(
            try scene.checks().first?.explanation?.notUsed.contains(DayNotUsed(day: "2026-11-16", why: "holiday"))
                == true)
    }

    @Test func `no day before those that are kept is looked at, however far a method goes back`() throws {
        let scene = Scene(KepcoSettings(daysKept: 4))
        scene.tell(2, Scene.market(2, rules: Scene.highest))
        for day in 17...20 {
            try scene.readings("kim", "2026-11-\(day)T10:00", [Int64?](repeating: 400, count: 4))
        }
        try scene.harness.run()
        scene.savedByMarket()
        try scene.harness.run()
        #expect(try scene.checks().first?.days == ["2026-11-19", "2026-11-18"])
        try scene.harness.advance(by: .seconds(3 * 86_400))
        for (day, wh) in [(23, 400), (24, 100)] as [(Int, Int64)] {
            try scene.readings("kim", "2026-11-\(day)T10:00", [Int64?](repeating: wh, count: 4))
        }
        try scene.harness.run()
        // The days before Friday are still there, for corrections of Friday's order.
        #expect(scene.days().keys.contains("kim/2026-11-19"))
        scene.saved("kim", "dr-2", from: "2026-11-24T10:00", to: "2026-11-24T11:00", market: 2, kind: "k")
        try scene.harness.run()
        // And Friday has an order.
        #expect(try scene.checks().last?.days == ["2026-11-23"])
    }

    @Test func `the days of a check that waits for its market stay`() throws {
        let scene = Scene(KepcoSettings(daysKept: 4))
        try scene.week()
        try scene.harness.run()
        scene.savedByMarket()
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(24 * 3600))
        // A new day, by which Tuesday is too old for others.
        try scene.reading("kim", "2026-11-22T10:00", 1)
        try scene.harness.run()
        scene.tell(2, Scene.market(2, rules: Scene.highest))
        try scene.harness.run()
        #expect(try scene.checks().first?.days == ["2026-11-19", "2026-11-17"])
    }
}
