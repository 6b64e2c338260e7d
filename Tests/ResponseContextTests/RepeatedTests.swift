import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// What another context says again, or says wrongly.
@Suite struct RepeatedTests {
    /// How many records response has said to itself.
    private func internals(_ scene: Scene) -> Int {
        (scene.harness.topics["response.internal"] ?? []).joined().count { $0.id != nil }
    }

    @Test(arguments: [1, 2, 8] as [Int32])
    func `an order that is known is not passed on again`(partitions: Int32) throws {
        let scene = Scene(partitions: partitions)
        let count = Int(partitions)
        scene.register("u1")
        scene.announce("dr-1", endsAt: 300)
        try scene.settle()
        #expect(internals(scene) == count)
        scene.announce("dr-1", endsAt: 300)
        try scene.settle()
        #expect(internals(scene) == count)
        scene.end("dr-1", at: 100)
        try scene.settle()
        // One to each partition, and each tells the others.
        #expect(internals(scene) == count + count + count * (count - 1))
        for _ in 0..<5 { scene.end("dr-1", at: 100) }
        try scene.settle()
        #expect(internals(scene) == count + count * count)
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 ignore"])
        #expect(scene.refusals.isEmpty)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `ends that are repeated before they are known become one record a partition`(seed: UInt64) throws {
        let scene = Scene(seed: seed, partitions: 8)
        scene.register("u1")
        scene.announce("dr-1")
        for _ in 0..<5 { scene.end("dr-1", at: 100) }
        try scene.settle()
        #expect(internals(scene) <= 8 + 5 * 8 + 8 * 7)
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 ignore"])
        #expect(scene.refusals.isEmpty)
    }

    @Test func `an end that is known before its order is not passed on again, before or after it`() throws {
        let scene = Scene()
        scene.register("u1")
        scene.end("dr-1", at: 100)
        try scene.settle()
        let passed = internals(scene)
        #expect(passed == 4 + 12)
        scene.end("dr-1", at: 100)
        try scene.settle()
        #expect(internals(scene) == passed)
        scene.announce("dr-1")
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 ignore"])
        scene.end("dr-1", at: 100)
        try scene.settle()
        #expect(internals(scene) == passed + 4)
    }

    @Test func `another end or another order of the same id is refused`() throws {
        let scene = Scene()
        scene.announce("dr-1", endsAt: 300)
        try scene.settle()
        scene.announce("dr-1", endsAt: 301)
        scene.end("dr-1", at: 100)
        try scene.settle()
        scene.end("dr-1", at: 101)
        try scene.settle()
        #expect(
            scene.refusals == [
                "conflict: order dr-1 has already ended, at \(Scene.time(100)) and not at \(Scene.time(101))",
                "conflict: order dr-1 was already announced, from \(Scene.time(0)) to \(Scene.time(300)), and not "
                    + "from \(Scene.time(0)) to \(Scene.time(301))",
            ])
    }

    @Test func `what cannot be is refused`() throws {
        let scene = Scene()
        let id = OrderID(text: "dr-1")
        func started(_ status: String, _ end: Double?) {
            let started = DRStarted(
                id: id, name: "kt", kind: "k", status: status, startsAt: Scene.time(10), endsAt: end.map(Scene.time))
            scene.event(.drEvents, started, "dr-1", 0)
        }
        func ended(_ status: String, _ end: Double) {
            let ended = DREnded(
                id: id, name: "kt", kind: "k", status: status, startsAt: Scene.time(10), endsAt: Scene.time(end),
                reason: "r")
            scene.event(.drEvents, ended, "dr-1", 0)
        }
        started("started", 10)
        started("ended", 20)
        ended("ended", 9.999)
        ended("started", 20)
        try scene.settle()
        #expect(
            scene.refusals == [
                "refused: order dr-1 cannot have been announced with the status \"ended\"",
                "refused: order dr-1 cannot have ended with the status \"started\"",
                "refused: order dr-1 cannot have started at \(Scene.time(10)) and ended at \(Scene.time(9.999))",
                "refused: order dr-1 cannot start at \(Scene.time(10)) and end at \(Scene.time(10))",
            ])
        #expect(internals(scene) == 0 && scene.count(Customers.self) == 0)
        // An order may end in the millisecond of its start.
        started("started", nil)
        ended("ended", 10)
        try scene.settle()
        #expect(scene.refusals.count == 4)
    }

    @Test func `a customer who is heard of late is put on many lists one after the other`() throws {
        let scene = Scene()
        for number in 1...30 { scene.announce("dr-\(number)", at: Double(number)) }
        try scene.settle()
        scene.register("u1", at: 0)
        try scene.settle()
        #expect(try scene.said(ListMade.type).count == 30)
        let ids = try #require(scene.harness.topics["response.events"]).joined().compactMap(\.id)
        #expect(ids.count { $0.hasPrefix("user.events-") } == ResponseWorker.listsAtOnce)
    }
}
