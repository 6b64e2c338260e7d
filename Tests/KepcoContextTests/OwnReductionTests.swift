import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// What a resource has reduced by its own baseline, over all partitions. The order is on Friday from ten to eleven.
@Suite struct OwnReductionTests {
    /// As 국민DR takes gaps.
    private static let national = #"""
        {"from":"2026-01-01","pointsPerWh":2,"method":{"name":"Max(2/3)","days":3,"keep":"top 2","eligibleDays":5,
        "gapOfReference":"zero","gapOfOrder":"customer"}}
        """#

    private func scene(
        seed: UInt64 = 1, rules: String = Self.national, _ settings: KepcoSettings = .init()
    ) -> Scene {
        let scene = Scene(seed: seed, settings)
        scene.harness.hasBrokersTime = true
        scene.tell(2, Scene.market(2, rules: rules))
        return scene
    }

    private func saved(_ scene: Scene, _ user: String, _ order: String = "dr-1", day: Int = 20, to: String = "11:00") {
        scene.saved(
            user, order, from: "2026-11-\(day)T10:00", to: "2026-11-\(day)T\(to)", market: 2, resource: "s1")
    }

    private func settle(_ scene: Scene) throws {
        try scene.harness.run()
        for _ in 0..<4 { try scene.harness.advance(by: .seconds(10)) }
    }

    private func last(_ scene: Scene, _ order: String = "dr-1") throws -> ResourceReduction? {
        try scene.harness.values(.kepcoEvents, ResourceReduction.type).map { text in
            var reader = JSONReader()
            return try ResourceReduction(reader.fields(of: text.utf8.span))
        }.filter { $0.order.text == order }.max { $0.version < $1.version }
    }

    /// Alone, kim's best days of the last three are Tuesday and Thursday, and lee's are Wednesday and Tuesday; together
    /// theirs are Tuesday and Wednesday.
    private func weeks(_ scene: Scene) throws {
        try scene.week("kim")
        try scene.week("lee", wh: [500, 200, 300, 100])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `the days are chosen by what all customers used together`(seed: UInt64) throws {
        let scene = scene(seed: seed)
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user) }
        try settle(scene)
        let found = try #require(try last(scene))
        #expect((found.sum.accepted, found.sum.baselineWh, found.sum.reducedWh) == (2, 2800, 2000))
        let own = try #require(found.own)
        #expect((own.customers, own.baselineWh, own.usedWh, own.reducedWh) == (2, 2600, 800, 1800))
        #expect((own.baselineKWh, own.usedKWh, own.reducedKWh) == (3, 1, 2))
        #expect((own.method, own.days) == ("Max(2/3)", ["2026-11-18", "2026-11-17"]))
        #expect(own.hours == [.init(baselineMilliWh: 2_600_000, usedMilliWh: 800_000)])
        #expect(scene.harness.deadLetters.isEmpty)
    }

    /// From ten to half past eleven, by intervals of an hour or of a quarter.
    @Test(arguments: [60, 15])
    func `reports settle by the clock hours that the order touches`(interval: Int) throws {
        let rules = Self.national.replacing(#""keep":"#, with: #""intervalMin":\#(interval),"keep":"#)
        let scene = scene(rules: rules)
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user, to: "11:30") }
        try settle(scene)
        let own = try #require(try last(scene)?.own)
        #expect((own.baselineWh, own.usedWh) == (3900, 1200))
        #expect(own.hours.map(\.baselineMilliWh) == [2_600_000, 1_300_000])
        #expect(own.hours.map(\.usedMilliWh) == [800_000, 400_000])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `who has a gap in the order is left out, and one in a reference day is 0 there`(seed: UInt64) throws {
        let scene = scene(seed: seed)
        try weeks(scene)
        for day in 16...19 { try scene.readings("park", "2026-11-\(day)T10:00", [9000, 9000, 9000, 9000]) }
        try scene.readings("park", "2026-11-20T10:00", [100, nil, 100, 100])
        // Nothing of Wednesday, and of Tuesday a quarter hour.
        try scene.readings("choi", "2026-11-17T10:00", [80])
        try scene.readings("choi", "2026-11-20T10:00", [10, 10, 10, 10])
        for user in ["kim", "lee", "park", "choi"] { saved(scene, user) }
        try scene.harness.run()
        // Half of his is another order's.
        try scene.week("yoon", wh: [9000, 9000, 9000, 9000])
        saved(scene, "yoon", "dr-0", to: "10:30")
        try scene.harness.run()
        saved(scene, "yoon")
        try settle(scene)
        // Park's readings are waited for.
        try scene.harness.advance(by: .seconds(2 * 3600))
        try settle(scene)
        #expect(try last(scene)?.sum.checked == 5)
        let own = try #require(try last(scene)?.own)
        #expect((own.customers, own.baselineWh, own.usedWh) == (3, 2640, 840))
        #expect(own.reducedWh == own.baselineWh - own.usedWh)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `a day with another order of the resource is no reference, whichever is summed up first`(seed: UInt64) throws {
        let scene = scene(seed: seed)
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user) }
        if seed.isMultiple(of: 2) { try settle(scene) }
        // Kim alone has accepted it: it is the resource's all the same.
        saved(scene, "kim", "dr-0", day: 18)
        try settle(scene)
        let own = try #require(try last(scene)?.own)
        #expect((own.baselineWh, own.reducedWh) == (2800, 2000))
        #expect(own.days == ["2026-11-17", "2026-11-16"])
        // The earlier one does not look at later days.
        #expect(try last(scene, "dr-0")?.own?.days == ["2026-11-17", "2026-11-16"])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `a reading that comes late changes the resource's baseline`(seed: UInt64) throws {
        let scene = scene(seed: seed)
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user) }
        try settle(scene)
        // Alone, lee's best days stay what they come to: 300 and 200.
        try scene.readings("lee", "2026-11-19T10:00", [200, 200, 200, 200])
        try settle(scene)
        let found = try #require(try last(scene))
        #expect(found.sum.baselineWh == 2800)
        // Tuesday 700, and of Wednesday and Thursday the newer one.
        #expect((found.own?.baselineWh, found.own?.days) == (2600, ["2026-11-19", "2026-11-17"]))
    }

    /// At the resource's home, and where its customers are.
    @Test func `the figure stays when any number of newer markets have come`() throws {
        let scene = scene()
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user) }
        try settle(scene)
        for version in 3...62 as ClosedRange<Int64> {
            scene.tell(version, Scene.market(version, rules: Self.national))
        }
        try scene.harness.advance(by: .seconds(27 * 3600))
        try scene.readings("lee", "2026-11-20T10:00", [300, 100, 100, 100])
        try settle(scene)
        let found = try #require(try last(scene))
        #expect(found.sum.usedWh == 1000)
        #expect((found.own?.baselineWh, found.own?.usedWh) == (2600, 1000))
    }

    @Test(arguments: [
        Scene.highest,
        #"{"from":"2026-01-01","method":{"name":"m","days":3,"keep":"top 2","eligibleDays":31,"gapOfReference":"zero","gapOfOrder":"customer"}}"#,
    ])
    func `where each customer has a baseline of his own the resource has none`(rules: String) throws {
        let scene = scene(rules: rules)
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user) }
        try settle(scene)
        #expect(try last(scene)?.sum.counted == 2 && last(scene)?.own == nil)
    }

    @Test func `an order that does not end with a quarter hour has none either, and is an order of its day`() throws {
        let scene = scene()
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user) }
        saved(scene, "kim", "dr-0", day: 18, to: "10:50")
        try settle(scene)
        #expect(try last(scene, "dr-0")?.sum.counted == 1 && last(scene, "dr-0")?.own == nil)
        #expect(try last(scene)?.own?.days == ["2026-11-17", "2026-11-16"])
    }

    @Test func `nothing is said where not all who have been checked are in it`() throws {
        let scene = scene()
        send(scene, #""ownChecked":1,"ownUsed":[1],"ownDaysBefore":[1,2],"ownUses":[5,7]"#)
        // As of a partition where an earlier version is at work.
        send(scene, nil, partition: 1)
        try settle(scene)
        #expect(try last(scene)?.sum.checked == 2 && last(scene)?.own == nil)
    }

    @Test func `times that no order has are no order days`() throws {
        let scene = scene()
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user) }
        scene.harness.send(
            .kepcoInternal, key: "s1",
            #"{"eventType":"SumResource","timestamp":1795251500000,"drId":"dr-0","resource":"s1","partition":0,"#
                + #""version":1,"deadline":"2026-11-20T05:00:00Z","accepted":1,"checked":1,"counted":1,"baselineWh":0,"#
                + #""usedWh":0,"reducedWh":0,"positiveWh":0,"points":0,"ownStartsAt":"2000-01-01T01:00:00Z","#
                + #""ownEndsAt":"2099-11-20T02:00:00Z","ownMarket":2,"ownKind":"k","ownChecked":1}"#)
        try settle(scene)
        #expect(try last(scene)?.own?.baselineWh == 2600)
        #expect(scene.harness.deadLetters.isEmpty)
    }

    private func send(
        _ scene: Scene, _ own: String?, partition: Int = 0, deadline: String = "2026-11-20T05:00:00Z"
    ) {
        let place =
            #""ownStartsAt":"2026-11-20T01:00:00Z","ownEndsAt":"2026-11-20T02:00:00Z","ownMarket":2,"ownKind":"k","#
            + #""ownCustomers":1,"#
        scene.harness.send(
            .kepcoInternal, key: "s1",
            #"{"eventType":"SumResource","timestamp":1795251500000,"drId":"dr-1","resource":"s1","partition":\#(partition),"#
                + #""version":1,"deadline":"\#(deadline)","accepted":1,"checked":1,"counted":1,"baselineWh":0,"#
                + #""usedWh":0,"reducedWh":0,"positiveWh":0,"points":0"#
                + (own.map { "," + place + $0 } ?? "") + "}")
    }

    @Test func `figures that no message holds are said as the largest that one holds`() throws {
        let scene = scene()
        let most = Limits.sum.upperBound
        for partition in 0..<4 {
            send(
                scene, #""ownChecked":1,"ownUsed":[\#(-most)],"ownDaysBefore":[1,2],"ownUses":[\#(most),\#(most)]"#,
                partition: partition)
        }
        try settle(scene)
        let own = try #require(try last(scene)?.own)
        #expect((own.customers, own.baselineWh, own.usedWh) == (4, most / 10, -most / 10))
    }

    @Test(arguments: [
        #""ownChecked":1,"ownUsed":[1,2,3],"ownDaysBefore":[1],"ownUses":[5]"#,
        #""ownChecked":1,"ownUsed":[],"ownDaysBefore":[1,2],"ownUses":[]"#,
        #""ownChecked":1,"ownUsed":[1],"ownDaysBefore":[999,1000],"ownUses":[5,6,7,8]"#,
        #""ownChecked":1,"ownUsed":[1]"#,
    ])
    func `figures of another order than its own are taken as they are`(own: String) throws {
        let scene = scene()
        send(scene, own)
        send(scene, #""ownChecked":1,"ownUsed":[1],"ownDaysBefore":[1,2],"ownUses":[5,7]"#, partition: 1)
        try settle(scene)
        #expect(try last(scene)?.own?.customers == 2)
        #expect(scene.harness.deadLetters.isEmpty)
    }

    /// A partition has sent its sum, and the market is not known at the resource's home.
    private func sceneWithoutMarket() throws -> Scene {
        let scene = Scene()
        scene.harness.hasBrokersTime = true
        send(
            scene, #""ownChecked":1,"ownUsed":[1],"ownDaysBefore":[1,2],"ownUses":[5,7]"#,
            deadline: "2026-11-21T10:00:00Z")
        try settle(scene)
        return scene
    }

    @Test func `what the resource's market says is waited for`() throws {
        let scene = try sceneWithoutMarket()
        #expect(try last(scene) == nil)
        scene.tell(2, Scene.market(2, rules: Self.national))
        try settle(scene)
        #expect(try last(scene)?.own?.customers == 1)
    }

    @Test func `a market that does not come keeps the sums no longer than a check`() throws {
        let scene = try sceneWithoutMarket()
        try scene.harness.advance(by: .seconds(24 * 3600))
        #expect(try last(scene) == nil)
        try scene.harness.advance(by: .seconds(2 * 3600))
        let found = try #require(try last(scene))
        #expect(found.own == nil && found.sum.accepted == 1 && found.version == 1)
    }

    @Test func `a resource's orders go when no check can look back to them`() throws {
        let scene = scene(KepcoSettings(daysKept: 20, correctionsDays: 5, retention: Retention(days: 60, stepRows: 2)))
        try weeks(scene)
        for user in ["kim", "lee"] { saved(scene, user) }
        try settle(scene)
        func rows() -> Int {
            scene.harness.rows(.kepco, Waiting.self).keys.count { $0.hasPrefix(Waiting.ownOrdersPrefix) }
        }
        #expect(rows() == 1)
        try scene.harness.advance(by: .seconds(79 * 86_400))
        #expect(rows() == 1)
        try scene.harness.advance(by: .seconds(10 * 86_400))
        #expect(rows() == 0)
    }
}
