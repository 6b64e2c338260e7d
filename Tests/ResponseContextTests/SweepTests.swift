import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// Orders go with their lists when they have been over for thirty days here.
@Suite struct SweepTests {
    private static let seeds: ClosedRange<UInt64> = 1...24

    private func scene(_ seed: UInt64) -> Scene {
        Scene(seed: seed, stepRows: 3, retention: Retention(days: 30, stepRows: Int(seed % 4) + 1))
    }

    /// A day at a time: as daemons that are there.
    private func pass(_ scene: Scene, _ days: Int) throws {
        for _ in 0..<days { try scene.harness.advance(by: .seconds(86_400)) }
    }

    private func rows<T: Table>(_ scene: Scene, _ table: T.Type) -> [String] {
        scene.harness.rows(.response, table).keys.sorted()
    }

    /// Two lists that are closed, one that runs, and nine customers on each.
    private func told(_ seed: UInt64) throws -> Scene {
        let scene = scene(seed)
        for user in 1...9 { scene.register("u\(user)") }
        scene.announce("ended", endsAt: 300, at: 100)
        scene.announce("runs", at: 110)
        scene.announce("withdrawn", at: 120)
        scene.answer("Accept", "ended", "u1", at: 200)
        try scene.settle()
        scene.end("ended", at: 300)
        scene.cancel("withdrawn", at: 310)
        try scene.settle()
        return scene
    }

    @Test(arguments: seeds) func `a list goes when its order has been over for long enough`(seed: UInt64) throws {
        let scene = try told(seed)
        #expect(scene.count(Responses.self) == 27 && scene.count(OrdersByTime.self) == 3)
        try pass(scene, 30)
        #expect(scene.count(Responses.self) == 27, "they were over for less than thirty days when it began")
        try pass(scene, 1)
        #expect(rows(scene, Responses.self) == (1...9).map { "runs/u\($0)" })
        #expect(rows(scene, Orders.self) == ["runs"])
        #expect(rows(scene, OrdersByTime.self).map { $0.suffix(5) } == ["/runs"])
        #expect(scene.count(Customers.self) == 9 && scene.timers == 0 && scene.refusals.isEmpty)
        // Nobody is told.
        #expect(try scene.entries(ListSaved.type).count == 9)
        #expect(try scene.entries(ListCancelled.type).count == 9)
    }

    @Test(arguments: seeds) func `the order that runs is closed later, and goes then`(seed: UInt64) throws {
        let scene = try told(seed)
        try pass(scene, 40)
        scene.end("runs", at: 40 * 86_400)
        try scene.settle()
        #expect(try scene.entries(ListSaved.type).count == 18)
        try pass(scene, 29)
        #expect(scene.count(Responses.self) == 9)
        try pass(scene, 3)
        #expect(scene.count(Responses.self) + scene.count(Orders.self) + scene.count(OrdersByTime.self) == 0)
    }

    @Test(arguments: seeds) func `what comes for an order that has gone does nothing`(seed: UInt64) throws {
        let scene = try told(seed)
        try pass(scene, 31)
        scene.announce("ended", endsAt: 300, at: 100)
        scene.check("ended", "u1", isReal: true, at: 400)
        scene.answer("Accept", "ended", "u1", at: 31 * 86_400)
        scene.end("withdrawn", at: 310)
        try scene.settle()
        try scene.harness.advance(by: .seconds(61))
        #expect(rows(scene, Orders.self) == ["runs"] && scene.count(Responses.self) == 9)
        let kinds = scene.harness.deadLetters.map(\.rejection.kind)
        #expect(kinds.count { $0 == .late } == 1 && kinds.count { $0 == .notFound } == 2 && kinds.count == 3)
        // What was heard of an order that is not there goes with the next day.
        #expect(scene.count(EarlyEndings.self) == 1)
        try pass(scene, 1)
        #expect(scene.count(EarlyEndings.self) == 0)
        // Once more, now: it is another order.
        scene.announce("ended", at: 32 * 86_400)
        try scene.settle()
        #expect(scene.count(Responses.self) == 18)
    }

    @Test(arguments: seeds) func `a change without an end, of an order that never came, goes in its time`(seed: UInt64)
        throws
    {
        let scene = try told(seed)
        scene.change("never", resources: ["s1"], at: 400)
        scene.change("cancelled", resources: ["s1"], at: 400)
        try scene.settle()
        scene.cancel("cancelled", at: 500)
        try scene.settle()
        try pass(scene, 30)
        #expect(rows(scene, EarlyEndings.self) == ["cancelled", "never"])
        try pass(scene, 1)
        #expect(scene.count(EarlyEndings.self) == 0)
    }

    @Test func `an order from before the program knew sweeps goes with the next one's`() throws {
        let scene = try told(1)
        for key in rows(scene, Timers.self) { scene.harness.takeOut(.response, Timers.self, key) }
        try pass(scene, 60)
        #expect(scene.count(Responses.self) == 27)
        scene.announce("next", at: 60 * 86_400)
        try scene.settle()
        try pass(scene, 1)
        #expect(rows(scene, Orders.self) == ["next", "runs"])
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `a year of orders leaves no more rows than its last weeks`(seed: UInt64) throws {
        let scene = scene(seed)
        for user in 1...5 { scene.register("u\(user)") }
        var (most, last) = (0, 0)
        for number in 0..<120 {
            let (order, time) = ("dr-\(number)", Double(number) * 3 * 86_400 + 3000)
            try pass(scene, 3)
            scene.announce(order, at: time)
            scene.answer("Accept", order, "u1", at: time + 10)
            try scene.settle()
            if number % 4 == 0 { scene.cancel(order, at: time + 20) } else { scene.end(order, at: time + 20) }
            try scene.settle()
            last = scene.count(Responses.self) + scene.count(Orders.self) + scene.count(OrdersByTime.self)
            if number < 15 { most = max(most, last) }
        }
        // Five answers an order, its row and its place among the others.
        #expect(last <= most && most <= 13 * 7, "\(most), then \(last)")
        #expect(try scene.entries(ListMade.type).count == 600)
    }

    @Test(arguments: seeds) func `who left long ago is forgotten, and not asked again`(seed: UInt64) throws {
        let scene = scene(seed)
        for user in ["left", "returned", "stays"] { scene.register(user) }
        for user in ["left", "returned"] { scene.leave(user, at: 10) }
        scene.register("returned", at: 20)
        try scene.settle()
        try pass(scene, 30)
        #expect(rows(scene, Customers.self) == ["left", "returned", "stays"])
        try pass(scene, 1)
        #expect(rows(scene, Customers.self) == ["returned", "stays"])
        // What was said of him before is as old.
        scene.register("left", at: 0)
        scene.update("left", name: "L", at: 5)
        try scene.settle()
        scene.announce("dr-2", at: 31 * 86_400)
        try scene.settle()
        #expect(try scene.said(ListMade.type) == ["dr-2.returned ignore", "dr-2.stays ignore"])
        #expect(scene.refusals.count == 2 && scene.refusals.allSatisfy { $0.hasPrefix("late: what is said of") })
    }
}
