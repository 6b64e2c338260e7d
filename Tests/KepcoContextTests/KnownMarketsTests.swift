import Contracts
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Which markets a partition knows, and what it takes for one.
@Suite struct KnownMarketsTests {
    /// The oldest one is left out for the newest, and its checks go by kepco's settings.
    @Test func `a partition keeps the newest markets, each once`() throws {
        let scene = Scene(partitions: 1)
        for version in Int64(2)...53 { scene.tell(version, Scene.market(version, rules: Scene.highest), partitions: 1) }
        try scene.harness.run()
        var rows = scene.harness.rows(.kepco, Waiting.self)
        #expect(rows.keys.count { $0.hasPrefix("//market/") } == KeptMarkets.newest && rows.count == 51)
        // Too old; the same once more; and other contents for a version that is known.
        for version in [2, 3] as [Int64] {
            scene.tell(version, Scene.market(version, rules: Scene.highest), partitions: 1)
        }
        scene.tell(53, Scene.market(53, rules: Scene.highest), partitions: 1)
        try scene.harness.run()
        #expect(scene.harness.deadLetters.isEmpty && scene.harness.rows(.kepco, Waiting.self) == rows)
        scene.tell(53, Scene.market(53, rules: #"{"from":"2026-01-01"}"#), partitions: 1)
        scene.tell(1, Scene.market(1, rules: Scene.highest), partitions: 1)
        try scene.harness.run()
        #expect(scene.harness.deadLetters.map(\.rejection.kind) == [.conflict, .conflict])
        rows = scene.harness.rows(.kepco, Waiting.self)
        #expect(rows["//market/0000000000003"] == nil && rows["//market/0000000000004"] != nil)
        try scene.week()
        try scene.harness.run()
        scene.savedByMarket(market: 3)
        scene.saved("kim", "dr-2", to: "2026-11-20T11:00", market: 4, kind: "k")
        try scene.harness.run()
        #expect(try scene.checks().map(\.kind?.market) == [4])
    }

    /// Sixty newer ones come between the check and its correction, or while it waits for its readings.
    @Test(arguments: [true, false]) func `a market stays as long as the orders that go by it`(isChecked: Bool) throws {
        let scene = Scene(partitions: 1)
        scene.tell(2, Scene.market(2, rules: Scene.highest), partitions: 1)
        if isChecked { try scene.week() }
        scene.savedByMarket()
        try scene.harness.run()
        for version in 3...62 as ClosedRange<Int64> {
            scene.tell(version, Scene.market(version, rules: Scene.highest), partitions: 1)
        }
        try scene.harness.run()
        let markets = scene.harness.rows(.kepco, Waiting.self).keys.count { $0.hasPrefix("//market/") }
        #expect(markets == KeptMarkets.newest + 1)
        if isChecked {
            try scene.readings("kim", "2026-11-19T10:00", [Int64?](repeating: 800, count: 4))
            try scene.harness.run()
            try scene.harness.advance(by: .seconds(5))
        } else {
            try scene.week()
            try scene.harness.run()
        }
        let checks = try scene.checks()
        #expect(checks.map(\.reducedWh) == (isChecked ? [1400, 2200] : [1400]))
        #expect(checks.allSatisfy { $0.kind?.market == 2 && $0.bySettings == nil && $0.method == "Max(2/3)" })
    }

    @Test func `of older markets those that orders need stay, as long as these, and not more than 200`() {
        func day(_ number: Int64) -> Timestamp { Timestamp(milliseconds: number * 86_400_000) }
        var kept = KeptMarkets()
        func need(_ version: Int64, _ until: Int64) -> Bool { kept.need(version, until: day(until)) }
        func add(_ version: Int64, _ today: Int64) -> [Int64]? { kept.add(version, at: day(today)) }
        for version in 2...51 as ClosedRange<Int64> { #expect(add(version, 0) == []) }
        #expect(!need(52, 9) && !kept.contains(52))
        #expect(need(2, 9) && !need(2, 8) && need(4, 5))
        // The third is needed by nobody.
        #expect((52...54 as ClosedRange<Int64>).map { add($0, 5) } == [[], [3], []])
        #expect(need(4, 6))
        #expect(add(55, 7) == [4, 5] && add(3, 7) == nil)
        #expect(kept.contains(2) && kept.versions == Array(6...55))
        #expect(add(56, 10) == [2, 6])
        for version in 57...356 as ClosedRange<Int64> {
            #expect(need(version - 1, 99))
            let old = add(version, 10)
            // Those that nobody has ever needed went first.
            #expect(version > 105 || old == [version - 50])
        }
        #expect(kept.versions == Array(307...356) && !kept.contains(106) && kept.contains(107))
        #expect(add(357, 10) == [107])
    }

    /// Its text may be gone then: an order has a million checks.
    @Test func `a market is decoded once for all checks of its orders`() throws {
        let scene = Scene(partitions: 1)
        scene.tell(2, Scene.market(2, rules: Scene.highest), partitions: 1)
        for user in ["kim", "lee"] { try scene.week(user) }
        try scene.harness.run()
        scene.savedByMarket()
        try scene.harness.run()
        scene.harness.takeOut(.kepco, Waiting.self, Waiting.marketKey(2))
        scene.savedByMarket("lee")
        try scene.harness.run()
        #expect(try scene.checks().map(\.reducedWh) == [1400, 1400])
    }

    @Test(arguments: [
        #""market":5"#, #""market":{}"#, #""market":{"version":7}"#, #""version":0"#, #""changes":[1]"#,
    ])
    func `what is no market is a dead letter`(_ wrong: String) throws {
        let scene = Scene(partitions: 1)
        let name = wrong.split(separator: ":")[0]
        var fields = [
            #""version""#: "2", #""previous""#: "1", #""changes""#: "[]",
            #""market""#: Scene.market(2, rules: Scene.highest),
        ]
        fields[String(name)] = String(wrong.dropFirst(name.count + 1))
        let text = fields.map { "\($0):\($1)" }.sorted().joined(separator: ",")
        scene.harness.send(
            .drEvents, key: "market", #"{"eventType":"MarketChanged","timestamp":1795251500000,\#(text)}"#)
        scene.harness.send(
            .drEvents, key: "market",
            #"{"eventType":"MarketChanged","timestamp":1795251500000,"version":3,"previous":1,"changes":[],"#
                + #""market":\#(Scene.market(2, rules: Scene.highest))}"#)
        try scene.harness.run()
        #expect(
            scene.harness.deadLetters.map(\.rejection.kind).sorted { $0.rawValue < $1.rawValue } == [
                .malformed, .refused,
            ])
        #expect(scene.harness.rows(.kepco, Waiting.self).isEmpty)
    }
}
