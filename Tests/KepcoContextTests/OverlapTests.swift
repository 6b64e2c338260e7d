import Baselines
import Contracts
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Orders of a customer that touch the same quarter hours: each of these is paid once. Friday, 2026-11-20; on Thursday
/// and Wednesday 410.5 and 409.5 Wh from ten on.
@Suite struct OverlapTests {
    private static let used = "2026-11-20T10:00"

    private func scene(_ settings: KepcoSettings = .init(), seed: UInt64 = 1, wh: [Int64?] = [300, 290]) throws -> Scene
    {
        let scene = Scene(seed: seed, settings)
        scene.harness.hasBrokersTime = true
        try scene.reference("kim")
        try scene.readings("kim", Self.used, wh)
        try scene.harness.run()
        return scene
    }

    private func save(_ scene: Scene, _ order: String, _ from: String, _ to: String) throws {
        scene.saved("kim", order, from: "2026-11-20T\(from)", to: "2026-11-20T\(to)")
        try scene.harness.run()
    }

    private func figures(_ scene: Scene) throws -> [String] {
        try scene.checks().map { "\($0.response.order) \($0.version) \($0.baselineWh) \($0.usedWh) \($0.adjustPoint)" }
    }

    private func stretches(_ check: ReductionCheck) -> [String] {
        check.countedFor.map { "\($0.order) \($0.startsAt) \($0.endsAt)" }
    }

    @Test func `of two orders of the same hours one is paid, and the other says why not`() throws {
        let scene = try scene()
        try save(scene, "dr-1", "10:00", "10:30")
        try save(scene, "dr-2", "10:00", "10:30")
        #expect(try figures(scene) == ["dr-1 1 820 590 230", "dr-2 1 0 0 0"])
        let second = try #require(try scene.checks().last)
        #expect(second.reason == "all of its quarter hours are counted for order dr-1" && second.reducedWh == 0)
        #expect(stretches(second) == ["dr-1 2026-11-20T01:00:00Z 2026-11-20T01:30:00Z"])
        #expect(try scene.checks().first?.countedFor.isEmpty == true)
        #expect(scene.harness.deadLetters.isEmpty)
    }

    struct Case: Sendable {
        let first: (String, String)
        let second: (String, String)
        let figures: String
        let others: [String]
    }

    @Test(arguments: [
        Case(
            first: ("10:00", "10:15"), second: ("10:00", "10:30"), figures: "410 290 120",
            others: ["dr-1 2026-11-20T01:00:00Z 2026-11-20T01:15:00Z"]),
        // However little of it the first one covers.
        Case(
            first: ("10:00", "10:01"), second: ("10:01", "10:30"), figures: "410 290 120",
            others: ["dr-1 2026-11-20T01:00:00Z 2026-11-20T01:15:00Z"]),
        Case(
            first: ("10:29", "10:30"), second: ("10:00", "10:16"), figures: "411 300 111",
            others: ["dr-1 2026-11-20T01:15:00Z 2026-11-20T01:30:00Z"]),
        Case(first: ("10:15", "10:30"), second: ("10:00", "10:15"), figures: "411 300 111", others: []),
        Case(first: ("10:10", "10:10"), second: ("10:00", "10:30"), figures: "820 590 230", others: []),
    ])
    func `the later order counts the quarter hours that the first one does not touch`(_ given: Case) throws {
        let scene = try scene()
        try save(scene, "dr-1", given.first.0, given.first.1)
        try save(scene, "dr-2", given.second.0, given.second.1)
        let second = try #require(try scene.checks().last)
        #expect("\(second.baselineWh) \(second.usedWh) \(second.adjustPoint)" == given.figures)
        #expect(stretches(second) == given.others)
    }

    @Test func `the first one has them while it waits, and when it is corrected`() throws {
        let scene = try scene(wh: [300])
        try save(scene, "dr-1", "10:00", "10:30")
        try save(scene, "dr-2", "10:00", "10:15")
        #expect(try figures(scene) == ["dr-2 1 0 0 0"])
        try scene.reading("kim", "2026-11-20T10:15", 290)
        try scene.harness.run()
        try scene.reading("kim", "2026-11-20T10:00", 200)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(4))
        // Of the second one nothing is shown that is the first one's, and so nothing changes.
        #expect(try figures(scene) == ["dr-2 1 0 0 0", "dr-1 1 820 590 230", "dr-1 2 820 490 330"])
    }

    @Test func `the first one has them while it waits for its market`() throws {
        let scene = try scene()
        scene.saved("kim", to: "2026-11-20T10:15", market: 2)
        try scene.harness.run()
        try save(scene, "dr-2", "10:00", "10:30")
        #expect(try figures(scene) == ["dr-2 1 410 290 120"])
        scene.tell(2, Scene.market(2, rules: #"{"from":"2026-01-01"}"#))
        try scene.harness.run()
        #expect(try figures(scene).last == "dr-1 1 411 300 111")
    }

    @Test func `where nothing is corrected a quarter hour is paid once, too`() throws {
        let scene = try scene(KepcoSettings(correctionsDays: 0))
        try save(scene, "dr-1", "10:00", "10:30")
        try save(scene, "dr-2", "10:00", "10:30")
        #expect(try figures(scene) == ["dr-1 1 820 590 230", "dr-2 1 0 0 0"])
    }

    @Test func `what is missing where another order counts does no harm`() throws {
        let scene = try scene(wh: [nil, 290])
        try save(scene, "dr-1", "10:00", "10:15")
        try save(scene, "dr-2", "10:00", "10:30")
        try scene.harness.advance(by: .seconds(2 * 3600))
        #expect(try figures(scene).sorted() == ["dr-1 1 411 0 0", "dr-2 1 410 290 120"])
    }

    @Test func `an order over midnight in UTC lies in both days`() throws {
        let scene = Scene()
        for day in 18...20 {
            try scene.readings("kim", "2026-11-\(day)T08:30", [Int64?](repeating: day == 20 ? 100 : 200, count: 4))
        }
        try scene.harness.run()
        try save(scene, "dr-1", "08:45", "09:15")
        try save(scene, "dr-2", "08:30", "09:30")
        #expect(try figures(scene) == ["dr-1 1 400 200 200", "dr-2 1 400 200 200"])
        #expect(
            scene.harness.rows(.kepco, Waiting.self).keys.filter { Waiting.ordersDay($0) != nil }.sorted() == [
                "/kim/2026-11-19", "/kim/2026-11-20",
            ])
    }

    /// Every other quarter hour is another order's.
    @Test(arguments: [32, 33]) func `an order that is cut into too many pieces is refused`(count: Int) throws {
        let scene = Scene(partitions: 1)
        for day in 18...20 { try scene.readings("kim", "2026-11-\(day)T00:00", [Int64?](repeating: 5, count: 96)) }
        try scene.harness.run()
        func time(_ quarter: Int) -> String {
            "\(quarter < 40 ? "0" : "")\(quarter / 4):\(quarter.isMultiple(of: 4) ? "00" : "\(quarter % 4 * 15)")"
        }
        for number in 0..<count { try save(scene, "dr-\(number)", time(number * 2), time(number * 2 + 1)) }
        try save(scene, "all", "00:00", "20:00")
        #expect(try scene.checks().count == 32 + 1)
        if count == 32 {
            #expect(try scene.checks().last?.countedFor.count == 32 && scene.harness.deadLetters.isEmpty)
        } else {
            #expect(
                scene.harness.deadLetters.map(\.rejection) == [
                    .refused(
                        "response all.kim: other orders of customer kim have quarter hours of it in 33 stretches, and 32 is the most"
                    )
                ])
        }
    }

    @Test func `what versions have checked that noted no orders is paid already`() throws {
        let scene = try scene()
        try save(scene, "dr-1", "10:00", "10:15")
        scene.harness.takeOut(.kepco, Waiting.self, "/kim/2026-11-20")
        try save(scene, "dr-2", "10:00", "10:30")
        #expect(try figures(scene).last == "dr-2 1 410 290 120")
        #expect(scene.harness.rows(.kepco, Waiting.self)["/kim/2026-11-20"]?.contains("dr-1") == true)
    }

    @Test func `a check that is asked for again has its own quarter hours`() throws {
        let scene = try scene()
        try save(scene, "dr-1", "10:00", "10:30")
        scene.harness.takeOut(.kepco, Checks.self, "kim/dr-1")
        try save(scene, "dr-1", "10:00", "10:30")
        #expect(try figures(scene) == ["dr-1 1 820 590 230", "dr-1 1 820 590 230"])
    }

    @Test func `a day's orders go when no list of an order is taken any more that touches it`() throws {
        let scene = try scene(KepcoSettings(daysKept: 20, retention: Retention(days: 70)))
        try save(scene, "dr-1", "10:00", "10:30")
        for _ in 0..<96 { try scene.harness.advance(by: .seconds(86_400)) }
        #expect(scene.harness.rows(.kepco, Waiting.self)["/kim/2026-11-20"] != nil)
        for _ in 0..<3 { try scene.harness.advance(by: .seconds(86_400)) }
        #expect(scene.harness.rows(.kepco, Waiting.self).isEmpty)
    }

    @Test(arguments: ["kim", "2026-11-20", "//markets", "//market/0000000000002", "//for/0000000000002/kim/2026-11-20"])
    func `only a customer's day has orders`(_ name: String) {
        #expect(Waiting.ordersDay(name.hasPrefix("/") ? name : "/\(name)") == nil)
        #expect(Waiting.ordersDay("/kim/2026-11-20")?.description == "2026-11-20")
    }
}
