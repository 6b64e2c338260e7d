import Baselines
import Contracts
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Readings that come or change behind a check.
@Suite struct CorrectionTests {
    private static let delay = Duration.seconds(2)

    /// Kim's order of 2026-11-20 from 10:00 to 10:30 is checked: 820 Wh less 590.
    private func checked(seed: UInt64 = 1, _ settings: KepcoSettings = .init()) throws -> Scene {
        let scene = Scene(seed: seed, settings)
        scene.harness.hasBrokersTime = true
        try scene.reference("kim")
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        try scene.harness.run()
        scene.saved("kim")
        try scene.harness.run()
        return scene
    }

    /// What was sent is read, and the correction of it is done.
    private func settle(_ scene: Scene) throws {
        try scene.harness.run()
        try scene.harness.advance(by: Self.delay)
    }

    private func versions(_ scene: Scene) throws -> [String] {
        try scene.checks().map { "\($0.response.order) \($0.version) \($0.reducedWh) \($0.adjustPoint)" }
    }

    private func timers(_ scene: Scene) -> [String] { scene.harness.timers(.kepco) }

    @Test func `a reading that was missing at the deadline corrects the check, a moment later`() throws {
        let scene = Scene()
        try scene.reference("kim")
        try scene.reading("kim", "2026-11-20T10:15", 290)
        scene.saved("kim")
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(2 * 3600))
        #expect(try versions(scene) == ["dr-1 1 0 0"])
        try scene.reading("kim", "2026-11-20T10:00", 300)
        try scene.harness.run()
        #expect(try scene.checks().count == 1)
        #expect(timers(scene).count == 1)
        try scene.harness.advance(by: Self.delay - .milliseconds(1))
        #expect(try scene.checks().count == 1)
        try scene.harness.advance(by: .milliseconds(1))
        let check = try #require(try scene.checks().last)
        #expect((check.version, check.isReal, check.reason) == (2, true, nil))
        #expect((check.baselineWh, check.usedWh, check.reducedWh, check.adjustPoint) == (820, 590, 230, 230))
        #expect(check.quarterUsedMilliWh == [300_000, 290_000])
        #expect(timers(scene).isEmpty && scene.harness.deadLetters.isEmpty)
        #expect(scene.harness.rows(.kepco, Checks.self)["kim/dr-1"]?.contains(#""version":2"#) == true)
    }

    /// Each time, what is changed and what the versions are then.
    @Test(arguments: [
        ("another reading of the order", "2026-11-20T10:15", 190, ["dr-1 1 230 230", "dr-1 2 330 330"]),
        ("nothing is reduced any more", "2026-11-20T10:15", 900, ["dr-1 1 230 230", "dr-1 2 -380 0"]),
        ("another reading of a reference day", "2026-11-19T10:00", 500, ["dr-1 1 230 230", "dr-1 2 280 280"]),
        ("the rest of a further reference day", "2026-11-17T10:15", 811, ["dr-1 1 230 230", "dr-1 2 470 470"]),
        ("the same reading", "2026-11-20T10:15", 290, ["dr-1 1 230 230"]),
        ("another time of a reference day", "2026-11-19T12:00", 500, ["dr-1 1 230 230"]),
        ("the order's day before the order", "2026-11-20T09:45", 5, ["dr-1 1 230 230"]),
        ("behind the order's end", "2026-11-20T10:30", 5, ["dr-1 1 230 230"]),
        ("another day", "2026-11-21T10:00", 5, ["dr-1 1 230 230"]),
    ])
    func `what a check has looked at corrects it where its figures change`(
        _ name: String, _ start: String, _ wh: Int64, _ expected: [String]
    ) throws {
        let scene = try checked()
        try scene.reading("kim", "2026-11-17T10:00", 730)
        try settle(scene)
        try scene.reading("kim", start, wh)
        try settle(scene)
        #expect(try versions(scene) == expected)
        #expect(timers(scene).isEmpty && scene.harness.deadLetters.isEmpty)
        #expect(try scene.recent("kim")?.hasMarked == false)
    }

    @Test func `what lies behind an order does not even have it looked at`() throws {
        let scene = try checked()
        for start in ["2026-11-20T10:30", "2026-11-21T10:00"] { try scene.reading("kim", start, 5) }
        try scene.harness.run()
        #expect(timers(scene).isEmpty)
        // But from the first day that could be a reference on.
        try scene.reading("kim", "2026-08-23T00:00", 5)
        try scene.harness.run()
        #expect(timers(scene).count == 1)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `versions go up by one, and each differs from the one before`(seed: UInt64) throws {
        let scene = try checked(seed: seed)
        for wh in [290, 191, 191, 5, 290, 290, 291] as [Int64] {
            try scene.reading("kim", "2026-11-20T10:15", wh)
            try settle(scene)
        }
        #expect(
            try versions(scene) == [
                "dr-1 1 230 230", "dr-1 2 329 329", "dr-1 3 515 515", "dr-1 4 230 230", "dr-1 5 229 229",
            ])
        let ids = try #require(scene.harness.topics["kepco.events"]).joined().compactMap(\.id)
        #expect(Set(ids).count == 5)
    }

    /// Sixty days by the quarter hour, for a customer with many checked orders.
    @Test func `a back-fill in single messages sets one timer, and each does one check`() throws {
        let scene = try checked()
        for day in 19...20 { try scene.readings("kim", "2026-11-\(day)T12:00", [Int64?](repeating: 300, count: 19)) }
        try scene.harness.run()
        // A quarter hour each.
        func time(_ quarter: Int) -> String {
            "2026-11-20T\(quarter / 4):\(quarter.isMultiple(of: 4) ? "00" : "\(quarter % 4 * 15)")"
        }
        for number in 2...20 { scene.saved("kim", "dr-\(number)", from: time(46 + number), to: time(47 + number)) }
        try scene.harness.run()
        #expect(try scene.checks().count == 20)
        for quarter in 0..<96 {
            let (hour, minute) = (quarter / 4, quarter % 4 * 15)
            let time = "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
            try scene.reading("kim", "2026-11-17T\(time)", 1000)
            try scene.reading("kim", "2026-11-20T\(time)", 100)
        }
        try scene.harness.run()
        #expect(timers(scene).count == 1)
        #expect(try scene.checks().count == 20)
        for done in 1...20 {
            try settle(scene)
            #expect(try scene.checks().count == 20 + done)
            #expect(timers(scene).count == (done < 20 ? 1 : 0))
        }
        #expect(Set(try scene.checks().suffix(20).map(\.response.order.text)).count == 20)
        #expect(
            try scene.checks().suffix(20).allSatisfy {
                $0.version == 2 && $0.usedWh == ($0.response.order.text == "dr-1" ? 200 : 100)
            })
        try scene.harness.advance(by: .seconds(3600))
        #expect(try scene.checks().count == 40)
    }

    @Test func `the check that has waited longest is done first, whatever comes meanwhile`() throws {
        let scene = try checked()
        scene.saved("kim", "dr-2", from: "2026-11-19T10:00", to: "2026-11-19T10:15")
        scene.saved("kim", "dr-3", from: "2026-11-18T10:00", to: "2026-11-18T10:15")
        try scene.harness.run()
        // The first marks all three, the further ones the first again and again.
        try scene.reading("kim", "2026-11-17T10:00", 1)
        try scene.reading("kim", "2026-11-20T10:00", 299)
        var done: [String] = []
        for wh in 1...4 as ClosedRange<Int64> {
            try settle(scene)
            try scene.reading("kim", "2026-11-20T10:00", 10 * wh)
            try scene.harness.run()
            done = try scene.checks().dropFirst(3).map { "\($0.response.order) \($0.version)" }
        }
        #expect(done == ["dr-1 2", "dr-2 2", "dr-3 2", "dr-1 3"])
    }

    @Test(arguments: [(30, true), (31, false)] as [(Int64, Bool)])
    func `a check is corrected up to an age`(days: Int64, isCorrected: Bool) throws {
        let scene = try checked()
        // Its deadline is two hours behind now.
        try scene.harness.advance(by: .seconds(days * 86_400))
        try scene.reading("kim", "2026-11-20T10:15", 190)
        try settle(scene)
        #expect(try scene.checks().count == (isCorrected ? 2 : 1))
        // Nobody looks for what is too old.
        #expect((try scene.recent("kim") != nil) == isCorrected)
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test func `nothing is corrected where that is set`() throws {
        let scene = try checked(KepcoSettings(correctionsDays: 0))
        try scene.reading("kim", "2026-11-20T10:15", 190)
        try scene.harness.advance(by: .seconds(60))
        #expect(try scene.checks().count == 1)
        #expect(scene.harness.rows(.kepco, Waiting.self).keys.sorted() == ["/kim/2026-11-20"])
    }

    @Test func `the days that a check looked at stay until it is too old`() throws {
        let scene = Scene(KepcoSettings(daysKept: 5))
        scene.harness.hasBrokersTime = true
        try scene.reference("kim")
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        try scene.harness.run()
        scene.saved("kim")
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(10 * 86_400))
        for day in 28...30 { try scene.reading("kim", "2026-11-\(day)T10:00", 1) }
        // Too old for the order's own day: it is refused. Nothing has been deleted.
        try scene.reading("kim", "2026-11-20T10:15", 5)
        try settle(scene)
        #expect(scene.harness.deadLetters.map(\.rejection.kind) == [.late])
        #expect(scene.days().count == 6)
        // Without a customer's checks they go.
        try scene.harness.advance(by: .seconds(25 * 86_400))
        for day in 22...25 { try scene.reading("kim", "2026-12-\(day)T10:00", 1) }
        try scene.harness.run()
        #expect(scene.days().keys.sorted() == (22...25).map { "kim/2026-12-\($0)" })
    }

    @Test func `the newest checks of a customer can be corrected`() throws {
        let scene = try checked()
        for number in 2...70 { scene.saved("kim", "dr-\(number)") }
        try scene.harness.run()
        #expect(try scene.recent("kim")?.checks.map(\.order.text) == (7...70).map { "dr-\($0)" })
    }

    @Test func `a timer that an earlier version has taken is set again`() throws {
        let scene = try checked()
        try scene.reading("kim", "2026-11-20T10:15", 190)
        try scene.harness.run()
        scene.harness.takeOut(.kepco, Timers.self, try #require(timers(scene).first))
        try scene.harness.advance(by: .seconds(3602))
        try scene.reading("kim", "2026-11-20T10:15", 191)
        try scene.harness.run()
        #expect(timers(scene).isEmpty)
        try scene.harness.advance(by: .seconds(1))
        try scene.reading("kim", "2026-11-20T10:15", 192)
        try settle(scene)
        #expect(try versions(scene).last == "dr-1 2 328 328")
    }

    @Test func `a check whose row was taken out is passed over`() throws {
        let scene = try checked()
        try scene.reading("kim", "2026-11-20T10:15", 190)
        try scene.harness.run()
        scene.harness.takeOut(.kepco, Checks.self, "kim/dr-1")
        try scene.harness.advance(by: .seconds(60))
        #expect(try scene.checks().count == 1)
        #expect(timers(scene).isEmpty)
    }

    @Test func `a correction pays what a Wh brought at first`() throws {
        let order = try #require(
            OrderQuarters(startsAt: try korea("2026-11-20T10:00"), endsAt: try korea("2026-11-20T10:15")))
        let baseline = Baseline(days: [], wh: [10], denominator: 1)
        func outcome(_ used: Int64, _ before: Checks.Row.Outcome?, _ rate: Int64) -> Checks.Row.Outcome {
            Checks.Row.Outcome(
                Reduction(order, used: [used * 10], baseline: baseline), before,
                CheckRules(KepcoSettings(milliPointsPerWh: rate)), hasResource: false, nil)
        }
        let first = outcome(8, nil, 2000)
        #expect((first.version, first.adjustPoint) == (1, 4))
        let second = outcome(5, first, 9000)
        #expect((second.version, second.adjustPoint, second.milliPointsPerWh) == (2, 10, 2000))
        #expect(outcome(8, first, 9000).isLike(first) && !second.isLike(first))
    }

    @Test func `a correction belongs to the order's trace, and nobody has asked for it`() throws {
        let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8.span)
        let other = TraceParent("00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-00f067aa0ba902b7-01".utf8.span)
        let scene = Scene(partitions: 1)
        try scene.reference("kim")
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        try scene.harness.run()
        scene.harness.send(
            .responseEvents, key: "kim",
            #"{"eventType":"Listsaved","timestamp":1795251500000,"id":"dr-1.kim","drId":"dr-1","userId":"kim","userName":"Kim","#
                + #""userCapacity":3000,"answer":"accept","startsAt":"2026-11-20T10:00+09:00","endsAt":"2026-11-20T10:30+09:00"}"#,
            trace: trace)
        try scene.harness.run()
        scene.harness.send(
            .kepcoReadings, key: "kim",
            #"{"eventType":"MeterReading","userId":"kim","startsAt":"2026-11-20T10:00+09:00","wh":1}"#, trace: other,
            request: Request(actor: "x", command: "c", idempotency: nil))
        try settle(scene)
        let events = try #require(scene.harness.topics["kepco.events"]).joined()
        #expect(events.map(\.trace) == [trace, trace])
        #expect(events.last?.provenance.request == nil)
    }
}
