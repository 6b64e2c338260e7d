import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// An order's end is moved while customers are asked and answer.
@Suite struct ChangedOrderTests {
    private static let seeds: ClosedRange<UInt64> = 1...40

    private func scene(_ seed: UInt64 = 1, customers: Int = 9, endsAt: Double? = 300) -> Scene {
        let scene = Scene(seed: seed, stepRows: Int(seed % 3) + 1, clock: Scene.time(100))
        for user in 1...customers { scene.register("u\(user)") }
        scene.announce("dr-1", endsAt: endsAt)
        return scene
    }

    @Test(arguments: seeds) func `everybody who was asked is told of the new end, once, and keeps the answer`(
        seed: UInt64
    ) throws {
        let scene = scene(seed)
        scene.answer("Accept", "dr-1", "u1", at: 50)
        try scene.settle()
        scene.change("dr-1", endsAt: 600, at: 90)
        scene.change("dr-1", endsAt: 600, at: 90)
        try scene.settle()
        let told = try scene.entries(ListChanged.type)
        #expect(told.map(\.id.user.text).sorted() == (1...9).map { "u\($0)" })
        #expect(told.allSatisfy { $0.endsAt == Scene.time(600) })
        #expect(told.filter { $0.answer == .accept }.map(\.id.user.text) == ["u1"])
        for row in scene.harness.rows(.response, Responses.self).values {
            #expect(row.contains("\"endsAt\":\"\(Scene.time(600))\""))
        }
        #expect(scene.refusals.isEmpty && scene.timers == 0)
    }

    /// Whoever is asked behind the change is asked with the new end, and the others are told.
    @Test(arguments: seeds) func `an end that is moved while customers are asked reaches all of them`(seed: UInt64)
        throws
    {
        let scene = scene(seed)
        scene.change("dr-1", endsAt: 500, at: 1)
        scene.change("dr-1", version: 2, endsAt: 600, at: 2)
        try scene.settle()
        #expect(try scene.said(ListMade.type).count == 9)
        let last = Dictionary(
            try (scene.entries(ListMade.type) + scene.entries(ListChanged.type)).map { ($0.id, $0.endsAt) },
            uniquingKeysWith: { $1 })
        #expect(last.count == 9 && last.values.allSatisfy { $0 == Scene.time(600) })
    }

    @Test(arguments: seeds)
    func `answers up to the end that holds count, whatever is read first`(seed: UInt64) throws {
        let scene = scene(seed)
        try scene.settle()
        scene.answer("Accept", "dr-1", "u1", at: 299)
        scene.answer("Accept", "dr-1", "u2", at: 301)
        scene.answer("Deny", "dr-1", "u1", at: 302)
        scene.answer("Accept", "dr-1", "u3", at: 601)
        scene.change("dr-1", endsAt: 600, at: 290)
        try scene.harness.advance(by: .seconds(550))
        scene.end("dr-1", at: 600)
        try scene.settle()
        let saved = try scene.said(ListSaved.type)
        #expect(saved.prefix(3) == ["dr-1.u1 deny", "dr-1.u2 accept", "dr-1.u3 ignore"] && saved.count == 9)
        #expect(try scene.entries(ListSaved.type).allSatisfy { $0.endsAt == Scene.time(600) })
        #expect(scene.refusals.count == 1 && scene.refusals[0].hasPrefix("late: order dr-1 "))
        #expect(scene.waiting == 0)
    }

    @Test func `an answer behind the planned end waits for what becomes of that`() throws {
        let scene = scene()
        try scene.settle()
        try scene.harness.advance(by: .seconds(201))
        scene.answer("Accept", "dr-1", "u1", at: 301)
        try scene.harness.run()
        #expect(scene.waiting == 1 && scene.refusals.isEmpty)
        scene.end("dr-1", at: 300)
        try scene.settle()
        #expect(scene.waiting == 0)
        #expect(
            scene.refusals == [
                "late: order dr-1 ended at \(Scene.time(300)), but customer u1 answered at \(Scene.time(301))"
            ])
    }

    @Test func `an answer behind the planned end is taken before a later one when the end has moved`() throws {
        let scene = scene()
        try scene.settle()
        try scene.harness.advance(by: .seconds(210))
        scene.answer("Accept", "dr-1", "u1", at: 301)
        try scene.harness.run()
        scene.change("dr-1", endsAt: 600, at: 290)
        try scene.settle()
        scene.answer("Deny", "dr-1", "u1", at: 303)
        try scene.settle()
        scene.end("dr-1", at: 302)
        try scene.settle()
        #expect(try scene.said(ListSaved.type).first == "dr-1.u1 accept")
        #expect(scene.refusals.isEmpty && scene.waiting == 0)
    }

    @Test func `an answer behind the planned end is refused after a minute in which nothing was heard of another`()
        throws
    {
        let scene = scene()
        try scene.settle()
        try scene.harness.advance(by: .seconds(201))
        scene.answer("Accept", "dr-1", "u1", at: 301)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(61))
        #expect(scene.waiting == 0)
        #expect(
            scene.refusals == [
                "late: order dr-1 was to end at \(Scene.time(300)), before customer u1 answered at \(Scene.time(301)), and no "
                    + "other end is known: customer u1's answer has waited 60 s"
            ])
    }

    @Test func `of two changes the one with the higher version holds, and of a second one with it the first`() throws {
        let scene = scene()
        try scene.settle()
        scene.change("dr-1", version: 2, endsAt: 600, at: 10)
        try scene.settle()
        scene.change("dr-1", version: 1, endsAt: 500, at: 9)
        scene.change("dr-1", version: 2, endsAt: 601, at: 10)
        try scene.settle()
        #expect(try scene.entries(ListChanged.type).allSatisfy { $0.endsAt == Scene.time(600) })
        #expect(
            scene.refusals == [
                "conflict: change 2 of order dr-1 was already announced, to end at \(Scene.time(600)), and "
                    + "not to end at \(Scene.time(601))"
            ])
        // The order as it was announced is no other order.
        scene.announce("dr-1", endsAt: 300)
        try scene.settle()
        #expect(scene.refusals.count == 1 && scene.count(Orders.self) == 1)
    }

    /// As dead letters that are replayed bring them: both may be on their way to all partitions.
    @Test(arguments: seeds) func `an older change that is read after a newer one is none`(seed: UInt64) throws {
        let scene = scene(seed)
        try scene.settle()
        scene.change("dr-1", version: 2, endsAt: 600, at: 10)
        scene.change("dr-1", version: 1, endsAt: 500, at: 9)
        try scene.settle()
        for row in scene.harness.rows(.response, Responses.self).values {
            #expect(row.contains("\"endsAt\":\"\(Scene.time(600))\""))
        }
        #expect(try scene.said(ListChanged.type).count == 9)
    }

    @Test(arguments: seeds) func `a change that is known before its order holds for it`(seed: UInt64) throws {
        let scene = Scene(seed: seed, clock: Scene.time(100))
        scene.register("u1")
        scene.change("dr-1", endsAt: 600, at: 10)
        try scene.settle()
        scene.change("dr-1", version: 2, endsAt: 500, at: 11)
        try scene.settle()
        scene.announce("dr-1", endsAt: 300)
        try scene.settle()
        #expect(try scene.entries(ListMade.type).map(\.endsAt) == [Scene.time(500)])
        #expect(try scene.entries(ListChanged.type).isEmpty)
    }

    @Test func `a change of what is over does nothing`() throws {
        let scene = scene()
        try scene.settle()
        scene.end("dr-1", at: 90)
        try scene.settle()
        scene.change("dr-1", endsAt: 600, at: 80)
        try scene.settle()
        #expect(try scene.entries(ListChanged.type).isEmpty && scene.refusals.isEmpty)
        #expect(try scene.entries(ListSaved.type).count == 9)
    }

    @Test func `a change that cannot be is refused`() throws {
        let scene = scene()
        try scene.settle()
        scene.change("dr-1", endsAt: 0, at: 10)
        try scene.settle()
        #expect(
            scene.refusals == [
                "refused: order dr-1 cannot start at \(Scene.time(0)) and end at \(Scene.time(0))"
            ])
    }
}
