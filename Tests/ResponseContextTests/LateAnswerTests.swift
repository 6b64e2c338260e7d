import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// Where a topic has its senders' times: whatever their clocks say, each answer is confirmed or explained.
@Suite struct LateAnswerTests {
    /// An order that u1 has been asked for, at the time 100.
    private func asked() throws -> Scene {
        let scene = Scene(clock: Scene.time(100))
        scene.register("u1")
        scene.announce("dr-1", at: 50)
        try scene.settle()
        return scene
    }

    @Test func `an answer that is older than one already taken is refused, and says both times`() throws {
        let scene = try asked()
        scene.answer("Accept", "dr-1", "u1", at: 90)
        try scene.settle()
        scene.answer("Deny", "dr-1", "u1", at: 89.999)
        try scene.settle()
        #expect(
            scene.refusals == [
                "late: Deny of customer \"u1\" is of \(Scene.time(89.999)), and one of \(Scene.time(90)) to order dr-1 has been"
                    + " taken already: the later one counts"
            ])
        // In the same millisecond the one read last counts.
        scene.answer("Deny", "dr-1", "u1", at: 90)
        try scene.settle()
        #expect(try scene.said(DenyChosen.type) == ["dr-1.u1 deny"])
        // Nothing new, and nothing wrong.
        scene.answer("Deny", "dr-1", "u1", at: 90)
        try scene.settle()
        #expect(try scene.said(DenyChosen.type).count == 1)
        #expect(scene.refusals.count == 1)
    }

    @Test func `an answer from the future counts from now, and one in true time corrects it`() throws {
        let scene = try asked()
        scene.answer("Accept", "dr-1", "u1", at: 3000)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.u1 accept"])
        let taken = try #require(scene.histories().first?.first)
        #expect((Scene.time(100)...Scene.time(102)).contains(taken.at))
        scene.answer("Deny", "dr-1", "u1", at: 104)
        try scene.harness.advance(by: .seconds(10))
        #expect(try scene.said(DenyChosen.type) == ["dr-1.u1 deny"])
        scene.end("dr-1", at: 105)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 deny"])
        #expect(scene.refusals.isEmpty)
    }

    /// A row of the released version may hold such a time.
    @Test func `an answer that was taken with a time from the future is corrected`() throws {
        let order = Order(
            MakeList(
                order: OrderID(text: "d"), announcedAt: Scene.time(0), startsAt: Scene.time(0), endsAt: nil))
        let user = UserState(id: UserID(text: "u"), name: "u", capacity: 1, point: 0)
        var response = Response(Customer(user, at: Scene.time(0)), on: order)
        _ = response.take(GivenAnswer(.accept, at: Scene.time(3000)))
        let id = ResponseID(OrderID(text: "d"), UserID(text: "u"))
        func judge(now: Double) -> Judgement {
            Judgement(
                id, GivenAnswer(.deny, at: Scene.time(90)), now: Scene.time(now), order: order, response: response,
                customer: nil)
        }
        #expect(judge(now: 100) == .take(order, response))
        guard case .refuse(let rejection) = judge(now: 3000) else {
            Issue.record("it is taken")
            return
        }
        #expect(rejection.kind == .late)
        let isNew = response.take(GivenAnswer(.deny, at: Scene.time(90)))
        #expect(isNew && response.history.answer(by: Scene.time(4000)) == .deny)
    }

    @Test func `an answer from the future that waits counts from when it came`() throws {
        let scene = Scene(clock: Scene.time(100))
        scene.answer("Accept", "dr-1", "u1", at: 3000)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(10))
        scene.answer("Deny", "dr-1", "u1", at: 109)
        try scene.harness.run()
        scene.register("u1")
        scene.announce("dr-1", at: 50)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.u1 accept"])
        #expect(try scene.said(DenyChosen.type) == ["dr-1.u1 deny"])
        #expect(scene.refusals.isEmpty)
    }
}
