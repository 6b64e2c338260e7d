import Baselines
import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

@Suite struct KepcoCheckTests {
    /// What the readings of `Scene.reference` and a use of 300 and 290 Wh come to.
    private func expected(_ user: String) -> String {
        #"{"id":"dr-1.\#(user)","drId":"dr-1","userId":"\#(user)","userName":"Kim","responseId":"dr-1.\#(user)","#
            + #""responseAnswer":"accept","baselineWh":820,"usedWh":590,"reducedWh":230,"adjustPoint":230,"isReal":true,"#
            + #""method":"mean of up to 10 earlier weekdays","days":["2026-11-19","2026-11-18"],"#
            + #""quarterBaselineWh":[410.500,409.500],"quarterUsedWh":[300.000,290.000],"#
            + #""startsAt":"2026-11-20T01:00:00Z","endsAt":"2026-11-20T01:30:00Z","notUsed":\#(notUsed),"#
            + #""moreNotUsed":26,"gapOfReference":"leaveOut","gapOfOrder":"customer"}"#
    }

    /// Two months of weekends and weekdays without readings, before the two reference days.
    private var notUsed: String {
        let days = (3...62).map { Day(number: 20_777) - $0 }
        return "["
            + days.map { #"{"day":"\#($0)","why":"\#($0.isWeekday ? "gap" : "weekend")"}"# }.joined(separator: ",")
            + "]"
    }

    private func nothingWaits(_ scene: Scene) -> Bool {
        scene.waiting.isEmpty && scene.harness.timers(.kepco).isEmpty
    }

    @Test(arguments: UInt64(0)..<200)
    func `the list and the readings may come in any order`(_ seed: UInt64) throws {
        let scene = Scene(seed: seed)
        try scene.reference("kim")
        // A repeated and a corrected reading on the way.
        try scene.reading("kim", "2026-11-20T10:00", 999)
        try scene.reading("kim", "2026-11-20T10:00", 300)
        try scene.reading("kim", "2026-11-20T10:00", 300)
        try scene.reading("kim", "2026-11-20T10:15", 290)
        scene.saved("kim")
        try scene.harness.run()
        #expect(try scene.onlyCheck() == expected("kim"))
        #expect(nothingWaits(scene))
        #expect(scene.harness.deadLetters.isEmpty)
        // The same reading once more behind the check changes nothing.
        try scene.reading("kim", "2026-11-20T10:15", 290)
        try scene.harness.advance(by: .seconds(3 * 3600))
        #expect(try scene.onlyCheck() == expected("kim"))
    }

    /// Its clock has been reset: whoever pays takes no check of that time.
    @Test func `a check is of no time before its order's end, whatever a meter states`() throws {
        let scene = Scene()
        try scene.reference("kim")
        scene.saved("kim")
        try scene.harness.run()
        scene.harness.send(
            .kepcoReadings, key: "kim",
            #"{"eventType":"MeterReadings","timestamp":"2000-01-01T00:00:00Z","userId":"kim","#
                + #""startsAt":"2026-11-20T10:00+09:00","wh":[300,290]}"#)
        try scene.harness.run()
        let check = try #require(scene.harness.values(.kepcoEvents, ReductionCheck.type).last)
        // 2026-11-20T01:30:00Z.
        #expect(check.contains(#""timestamp":1795138200000,"#))
    }

    @Test(arguments: UInt64(0)..<100)
    func `keyless records, numbers as ids and whole days come to the same`(_ seed: UInt64) throws {
        let scene = Scene(seed: seed)
        func day(_ wh: Int64...) -> [Int64?] { Array(repeating: 7, count: 40) + wh + Array(repeating: 8, count: 54) }
        try scene.readings("1001", "2026-11-19T00:00", day(400, 410), json: "1001", isKeyed: false)
        try scene.readings("1001", "2026-11-18T00:00", day(421, 409), json: "1001", isKeyed: false)
        // A keyless record goes by way of the commands: an order's day may overtake it.
        try scene.harness.run()
        try scene.readings("1001", "2026-11-20T00:00", day(300, 290), isKeyed: false)
        scene.saved("1001", json: "1001", partition: Int32(seed % 4))
        try scene.harness.run()
        #expect(try scene.onlyCheck() == expected("1001"))
        #expect(nothingWaits(scene))
        #expect(scene.harness.rows(.kepco, Days.self).count == 3)
    }

    @Test(arguments: UInt64(0)..<50)
    func `an order over midnight waits for both days`(_ seed: UInt64) throws {
        let scene = Scene(seed: seed)
        try scene.readings("kim", "2026-11-18T23:45", [100, 200])
        try scene.readings("kim", "2026-11-19T23:45", [30, 40])
        scene.saved("kim", from: "2026-11-19T23:50", to: "2026-11-20T00:05")
        try scene.harness.run()
        let check = try #require(try scene.checks().first)
        // ⅔ of 100 and ⅓ of 200, less ⅔ of 30 and ⅓ of 40
        #expect((check.baselineWh, check.usedWh, check.reducedWh) == (133, 33, 100))
        #expect(check.days == ["2026-11-18"])
        // Wednesday counts; no other weekday before it has readings of these quarter hours.
        #expect(check.explanation?.notUsed.first == DayNotUsed(day: "2026-11-17", why: "gap"))
        #expect(check.explanation?.notUsed.dropFirst(2).first == DayNotUsed(day: "2026-11-15", why: "weekend"))
        #expect(check.quarterUsedMilliWh == [20_000, 13_333])
    }

    @Test func `a check waits until the deadline and then does with what is there`() throws {
        let scene = Scene()
        try scene.reference("kim")
        try scene.reading("kim", "2026-11-20T10:15", 290)
        scene.saved("kim")
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(2 * 3600 - 1))
        #expect(try scene.checks().isEmpty)
        #expect(scene.waiting == ["kim/dr-1"])
        try scene.harness.advance(by: .seconds(1))
        let check = try #require(try scene.checks().first)
        #expect(!check.isReal)
        #expect(check.reason == "no readings from 2026-11-20T01:00:00Z to 2026-11-20T01:15:00Z")
        #expect((check.baselineWh, check.usedWh, check.reducedWh, check.adjustPoint) == (820, 290, 0, 0))
        #expect(check.quarterUsedMilliWh == [nil, 290_000])
        #expect(check.explanation?.gapOfOrder == "customer")
        #expect(nothingWaits(scene))
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test func `an order that ends in the future is waited for from its end on`() throws {
        let scene = Scene()
        scene.saved("kim", from: "2026-11-21T18:00", to: "2026-11-21T19:00")
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(3 * 3600 - 1))
        #expect(try scene.checks().isEmpty)
        try scene.harness.advance(by: .seconds(1))
        #expect(
            try scene.checks().map(\.reason) == ["no readings from 2026-11-21T09:00:00Z to 2026-11-21T10:00:00Z"])
        #expect(try scene.checks().map(\.explanation) == [nil])
    }

    @Test(arguments: UInt64(0)..<20)
    func `a list that is saved again is refused, before and after the check`(_ seed: UInt64) throws {
        let scene = Scene(seed: seed)
        try scene.reference("kim")
        scene.saved("kim")
        scene.saved("kim")
        try scene.harness.run()
        #expect(
            scene.harness.deadLetters.map(\.rejection) == [
                .conflict("response dr-1.kim waits for its readings already")
            ])
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        try scene.harness.run()
        scene.saved("kim", partition: 0)
        try scene.harness.run()
        #expect(scene.harness.deadLetters.last?.rejection == .conflict("response dr-1.kim has been checked already"))
        #expect(scene.harness.deadLetters.count == 2)
        #expect(try scene.onlyCheck() == expected("kim"))
    }

    /// Its row holds the deadline, and no time behind 2099 can be read back.
    @Test func `an order at the end of the time that is taken has its deadline there too`() throws {
        let scene = Scene()
        scene.saved("kim", from: "2100-01-01T08:00", to: "2100-01-01T08:45")
        scene.saved("kim", from: "2100-01-01T08:00", to: "2100-01-01T08:45")
        try scene.harness.run()
        #expect(
            scene.harness.deadLetters.map(\.rejection) == [
                .conflict("response dr-1.kim waits for its readings already")
            ])
        #expect(scene.harness.timers(.kepco) == ["4102444799999/readings/kim/dr-1"])
    }

    @Test(arguments: ["deny", "ignore"])
    func `other answers are passed over`(_ answer: String) throws {
        let scene = Scene()
        for partition in 0..<4 { scene.saved("kim", answer: answer, to: nil, partition: Int32(partition)) }
        try scene.harness.run()
        #expect(scene.harness.topics["kepco.events"] == nil)
        #expect(scene.harness.topics["kepco.commands"] == nil)
        #expect(scene.harness.rows(.kepco, Checks.self).isEmpty)
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test func `an order without time is checked at once`() throws {
        let scene = Scene()
        scene.saved("kim", to: "2026-11-20T10:00")
        try scene.harness.run()
        let check = try #require(try scene.checks().first)
        #expect(check.reason == "the order covered no time")
        #expect(!check.isReal)
        #expect(check.quarterUsedMilliWh.isEmpty)
        #expect(nothingWaits(scene))
    }

    @Test func `an order without an end or beyond a week is refused`() throws {
        let scene = Scene()
        scene.saved("kim", to: nil)
        scene.saved("kim", "dr-2", from: "2026-11-13T10:00", to: "2026-11-20T10:15")
        try scene.harness.run()
        #expect(
            scene.harness.deadLetters.map(\.rejection) == [
                Rejection(.malformed, "field \"endsAt\" is missing: response dr-1.kim cannot be checked without it"),
                .refused(
                    "response dr-2.kim: the order from 2026-11-13T01:00:00Z to 2026-11-20T01:15:00Z touches more than "
                        + "the 672 quarter hours of 7 days"),
            ])
        #expect(scene.harness.rows(.kepco, Checks.self).isEmpty)
    }

    @Test func `use at or above the baseline and a missing reference are not real`() throws {
        let scene = Scene()
        try scene.reference("kim")
        try scene.readings("kim", "2026-11-20T10:00", [410, 410])
        try scene.readings("lee", "2026-11-20T10:00", [1, 1])
        scene.saved("kim")
        scene.saved("lee")
        try scene.harness.run()
        let checks = try scene.checks().sorted { $0.response.user.text < $1.response.user.text }
        #expect(checks.map(\.isReal) == [false, false])
        #expect(
            checks.map(\.reason) == [
                "nothing was reduced",
                "no reference day: no earlier weekday has readings for all of the order's quarter hours",
            ])
        #expect(checks.map(\.adjustPoint) == [0, 0])
        #expect(checks[1].quarterBaselineMilliWh == [nil, nil])
    }

    @Test(arguments: UInt64(0)..<50)
    func `each order and each customer waits on its own`(_ seed: UInt64) throws {
        let scene = Scene(seed: seed, partitions: seed.isMultiple(of: 2) ? 1 : 4)
        for user in ["kim", "kim1", "ki"] { try scene.reference(user) }
        for user in ["kim", "kim1", "ki"] { scene.saved(user) }
        scene.saved("kim", "dr-2", from: "2026-11-20T10:15", to: "2026-11-20T10:30")
        try scene.harness.run()
        try scene.reading("kim", "2026-11-20T10:15", 290)
        try scene.harness.run()
        #expect(try scene.checks().map(\.response.description) == ["dr-2.kim"])
        try scene.reading("kim", "2026-11-20T10:00", 300)
        try scene.harness.run()
        #expect(try scene.checks().map(\.response.description).sorted() == ["dr-1.kim", "dr-2.kim"])
        #expect(scene.waiting == ["ki/dr-1", "kim1/dr-1"])
        try scene.harness.advance(by: .seconds(7200))
        #expect(try scene.checks().count == 4)
        #expect(nothingWaits(scene))
    }

    @Test func `method, points, deadline and zone can be set`() throws {
        let latest = BaselineMethod("the weekday before", days: 1, keep: .all, interval: 15)
        let scene = Scene(
            KepcoSettings(
                readingsDeadline: .seconds(60), milliPointsPerWh: 1500, utcOffset: .seconds(0), method: latest))
        try scene.readings("kim", "2026-11-18T10:00", [10, 10])
        try scene.readings("kim", "2026-11-19T10:00", [1000, 1000])
        try scene.readings("kim", "2026-11-20T10:00", [300, 299])
        scene.saved("kim")
        scene.saved("lee")
        try scene.harness.run()
        let check = try #require(try scene.checks().first)
        #expect(check.method == "the weekday before")
        #expect((check.reducedWh, check.adjustPoint) == (1401, 2102))
        let rows = scene.harness.rows(.kepco, Days.self)
        #expect(rows.keys.sorted() == ["kim/2026-11-18", "kim/2026-11-19", "kim/2026-11-20"])
        #expect(scene.days()["kim/2026-11-20"] == #"{"wh":[null,null,null,null,300,299]}"#)
        try scene.harness.advance(by: .seconds(60))
        #expect(try scene.checks().count == 2)
    }

    @Test func `a check's row says what came of it`() throws {
        let scene = Scene()
        try scene.reference("kim")
        scene.saved("kim")
        try scene.harness.run()
        let waiting =
            #"{"userName":"Kim","startsAt":"2026-11-20T01:00:00Z","endsAt":"2026-11-20T01:30:00Z","#
            + #""deadline":"2026-11-21T11:00:00Z""#
        #expect(scene.harness.rows(.kepco, Checks.self) == ["kim/dr-1": waiting + "}"])
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        try scene.harness.run()
        #expect(
            scene.harness.rows(.kepco, Checks.self) == [
                "kim/dr-1": waiting
                    + #","isReal":true,"reducedWh":230,"adjustPoint":230,"baselineWh":820,"usedWh":590,"#
                    + #""milliPointsPerWh":1000}"#
            ])
    }
}
