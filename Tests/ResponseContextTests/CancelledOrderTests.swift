import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// An order is withdrawn while customers are asked and answer.
@Suite struct CancelledOrderTests {
    private static let seeds: ClosedRange<UInt64> = 1...40

    private func scene(_ seed: UInt64 = 1, customers: Int = 9) -> Scene {
        let scene = Scene(seed: seed, stepRows: Int(seed % 3) + 1, clock: Scene.time(100))
        for user in 1...customers { scene.register("u\(user)") }
        scene.announce("dr-1", endsAt: 300)
        return scene
    }

    @Test(arguments: seeds) func `everybody who was asked is told once, and nothing is saved`(seed: UInt64) throws {
        let scene = scene(seed)
        scene.answer("Accept", "dr-1", "u1", at: 50)
        try scene.settle()
        scene.cancel("dr-1", at: 90)
        scene.cancel("dr-1", at: 90)
        try scene.settle()
        let told = try scene.said(ListCancelled.type)
        #expect(told == ["dr-1.u1 accept"] + (2...9).map { "dr-1.u\($0) ignore" })
        let reasons = scene.harness.values(.responseEvents, ListCancelled.type)
        #expect(reasons.allSatisfy { $0.contains(#""reason":"KPX withdrew it""#) })
        for row in scene.harness.rows(.response, Responses.self).values {
            #expect(row.contains(#""saved":true,"cancelled":true"#))
        }
        try scene.harness.advance(by: .seconds(1000))
        #expect(try scene.said(ListSaved.type).isEmpty && scene.refusals.isEmpty)
        #expect(scene.timers == 0)
    }

    @Test(arguments: seeds)
    func `who has not been asked when an order is withdrawn is not asked, and the others are told`(seed: UInt64) throws
    {
        let scene = scene(seed, customers: 30)
        scene.cancel("dr-1", at: 1)
        try scene.settle()
        let asked = try scene.said(ListMade.type)
        #expect(try scene.said(ListCancelled.type) == asked)
        // Nor is someone who is heard of late.
        scene.register("late", at: -5)
        try scene.settle()
        #expect(try scene.said(ListMade.type) == asked)
        #expect(scene.timers == 0 && scene.refusals.isEmpty)
    }

    @Test(arguments: seeds) func `an order that was ended before it began asks nothing of anybody`(seed: UInt64) throws
    {
        let scene = scene(seed)
        scene.answer("Accept", "dr-1", "u1", at: 5)
        if seed % 2 == 0 { try scene.settle() }
        for _ in 1...2 { scene.end("dr-1", endsAt: 0, at: 90) }
        try scene.settle()
        let (asked, told) = try (scene.said(ListMade.type), scene.said(ListCancelled.type))
        #expect(told.map { $0.prefix { $0 != " " } } == asked.map { $0.prefix { $0 != " " } })
        let reasons = scene.harness.values(.responseEvents, ListCancelled.type)
        #expect(reasons.allSatisfy { $0.contains(#""reason":"ended by an operator""#) })
        try scene.harness.advance(by: .seconds(1000))
        #expect(try scene.said(ListSaved.type).isEmpty && scene.timers == 0)
        let refused = scene.refusals
        scene.answer("Deny", "dr-1", "u2", at: 95)
        scene.end("dr-1", endsAt: 0, at: 96)
        try scene.settle()
        let when = "cancelled, at \(Scene.time(90))"
        #expect(scene.refusals.count == refused.count + 2)
        #expect(scene.refusals.contains("conflict: order dr-1 was already \(when)"), "\(scene.refusals)")
    }

    @Test(arguments: seeds) func `an answer to what is withdrawn is refused, whenever it was given`(seed: UInt64) throws
    {
        let scene = scene(seed)
        try scene.settle()
        scene.cancel("dr-1", at: 90)
        try scene.settle()
        scene.answer("Accept", "dr-1", "u1", at: 89)
        scene.answer("Deny", "dr-1", "u2", at: 91)
        scene.answer("Accept", "dr-1", "stranger", at: 95)
        try scene.settle()
        let reason = "late: order dr-1 was cancelled at \(Scene.time(90)), KPX withdrew it"
        #expect(scene.refusals == [reason, reason, reason] && scene.waiting == 0)
    }

    @Test(arguments: seeds) func `an order that is withdrawn before it is known asks nobody`(seed: UInt64) throws {
        let scene = Scene(seed: seed, clock: Scene.time(100))
        scene.register("u1")
        scene.change("dr-1", endsAt: 600, at: 10)
        scene.cancel("dr-1", at: 50)
        try scene.settle()
        scene.answer("Accept", "dr-1", "u1", at: 60)
        scene.announce("dr-1", endsAt: 300)
        try scene.settle()
        #expect(try scene.said(ListMade.type).isEmpty)
        try scene.harness.advance(by: .seconds(61))
        #expect(scene.refusals == ["late: order dr-1 was cancelled at \(Scene.time(50)), KPX withdrew it"])
        #expect(scene.timers == 0 && scene.count(EarlyEndings.self) == 0)
    }

    @Test func `an order has ended or is withdrawn, and not both`() throws {
        let scene = scene()
        try scene.settle()
        scene.cancel("dr-1", at: 90)
        try scene.settle()
        scene.end("dr-1", at: 95)
        scene.cancel("dr-1", at: 91)
        scene.announce("dr-2")
        scene.end("dr-2", at: 80)
        try scene.settle()
        scene.cancel("dr-2", at: 90)
        try scene.settle()
        let cancelled = "conflict: order dr-1 was already cancelled, at \(Scene.time(90))"
        #expect(
            scene.refusals == [cancelled, cancelled, "conflict: order dr-2 has already ended, at \(Scene.time(80))"])
        #expect(try scene.entries(ListSaved.type).allSatisfy { $0.id.order.text == "dr-2" })
    }

    @Test func `a check of what is withdrawn changes nothing`() throws {
        let scene = scene()
        scene.answer("Accept", "dr-1", "u1", at: 50)
        try scene.settle()
        scene.cancel("dr-1", at: 90)
        try scene.settle()
        scene.check("dr-1", "u1", isReal: false, at: 95)
        try scene.settle()
        #expect(
            scene.refusals == [
                "conflict: response dr-1.u1 was cancelled: there is nothing to check"
            ])
        #expect(try scene.said(DenyChosen.type).isEmpty)
    }

    @Test(arguments: Order.State.allCases)
    func `a row is read as it was written in every state, and its state is one that earlier versions know`(
        state: Order.State
    ) throws {
        var course = Course()
        _ = course.take(Course.Change(version: 3, endsAt: Scene.time(600)))
        if [.cancelling, .cancelled].contains(state) {
            _ = course.cancel(Course.Cancellation(at: Scene.time(90), reason: "r"))
        } else if [.closing, .saving, .saved].contains(state) {
            course.end(at: Scene.time(90), passedBy: 1)
        }
        let order = Order(
            announcedAt: Scene.time(0), startsAt: Scene.time(1), announcedEnd: Scene.time(2),
            kind: OrderKind(market: 7, kind: "standard"), course: course, state: state,
            cursor: state == .cancelled ? "" : "c")
        let text = try again(order)
        let known = ["settling", "asking", "open", "saving", "saved"]
        #expect(known.contains { text.contains("\"state\":\"\($0)\"") }, "\(text)")
        _ = try again(course)
    }

    private func again<R: Row & Equatable>(_ row: R) throws -> String {
        var json = JSONWriter()
        _ = json.object { row.write(&$0) }
        let bytes = json.take()
        var reader = JSONReader()
        var read: R?
        try reader.read(bytes.span) { read = try R($0) }
        #expect(read == row)
        return String(decoding: bytes, as: UTF8.self)
    }
}
