import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

@Suite struct AnswerTests {
    /// An order that u1 has been asked for.
    private func asked(endsAt: Double? = nil) throws -> Scene {
        let scene = Scene()
        scene.register("u1")
        scene.announce("dr-1", endsAt: endsAt)
        try scene.settle()
        return scene
    }

    @Test func `the last answer counts, and each change is said once`() throws {
        let scene = try asked()
        for (second, type) in ["Accept", "Accept", "Deny", "Deny", "Accept", "Deny"].enumerated() {
            scene.answer(type, "dr-1", "u1", at: Double(second + 1), channel: second == 0 ? "app" : nil)
        }
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.u1 accept", "dr-1.u1 accept"])
        #expect(try scene.said(DenyChosen.type) == ["dr-1.u1 deny", "dr-1.u1 deny"])
        scene.end("dr-1", at: 3.5)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 deny"])
        #expect(scene.refusals.isEmpty)
        let row = try #require(scene.harness.rows(.response, Responses.self)["dr-1/u1"])
        #expect(row.contains("\"answers\":[\"accept\",\"accept\",\"deny\",\"deny\",\"accept\",\"deny\"]"))
        #expect(row.contains("\"channels\":[\"app\",\"\",\"\",\"\",\"\",\"\"]"))
    }

    @Test(arguments: [
        "{\"eventType\":\"Accept\",\"id\":\"7.42\"}", "{\"eventType\":\"Accept\",\"drId\":7,\"userId\":42}",
        "{\"eventType\":\"Accept\",\"drId\":\"7\",\"userId\":\"42\"}",
    ])
    func `an answer names its response in any of three ways`(value: String) throws {
        let scene = Scene()
        scene.register("42")
        scene.announce("7")
        try scene.settle()
        scene.harness.send(.responseCommands, key: nil, value, at: Scene.time(1))
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["7.42 accept"])
        #expect(scene.refusals.isEmpty)
    }

    @Test func `an answer in the millisecond of the planned end counts, a later one is refused`() throws {
        let scene = try asked(endsAt: 100)
        scene.answer("Accept", "dr-1", "u1", at: 100)
        scene.answer("Deny", "dr-1", "u1", at: 100.001)
        try scene.settle()
        scene.end("dr-1", at: 100)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 accept"])
        #expect(
            scene.refusals == [
                "late: order dr-1 ended at \(Scene.time(100)), but customer u1 answered at \(Scene.time(100.001))"
            ])
    }

    @Test func `an answer after the list was saved is refused`() throws {
        let scene = try asked()
        scene.end("dr-1", at: 100)
        try scene.settle()
        scene.answer("Accept", "dr-1", "u1", at: 101)
        scene.answer("Accept", "dr-1", "u1", at: 99)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type).isEmpty)
        #expect(
            scene.refusals == [
                "late: order dr-1 ended at \(Scene.time(100)), but customer u1 answered at \(Scene.time(101))",
                "late: the list of order dr-1, which ended at \(Scene.time(100)), was saved before customer u1's"
                    + " answer of \(Scene.time(99)) was read",
            ])
    }

    @Test func `answers that overtake their list are applied when it comes`() throws {
        let scene = Scene(stepRows: 3)
        for number in 1...20 {
            scene.register("u\(number)")
            scene.answer("Deny", "dr-1", "u\(number)", at: 1)
            scene.answer("Accept", "dr-1", "u\(number)", at: 2)
        }
        try scene.settle()
        #expect(scene.waiting == 40)
        scene.announce("dr-1")
        try scene.settle()
        let accepted = (1...20).map { "dr-1.u\($0) accept" }.sorted()
        #expect(try scene.said(ListMade.type).count == 20)
        #expect(try scene.said(AcceptChosen.type) == accepted)
        #expect(try scene.said(DenyChosen.type).count == 20)
        #expect(scene.waiting == 0)
        try scene.harness.advance(by: .seconds(120))
        #expect(scene.refusals.isEmpty)
        #expect(scene.timers == 0)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `answers are taken while customers are still asked, and nobody is asked twice`(seed: UInt64) throws {
        let scene = Scene(seed: seed, stepRows: 3)
        let users = (1...30).map { "u\($0)" }
        for user in users { scene.register(user) }
        try scene.settle()
        scene.announce("dr-1")
        try scene.harness.run()
        for user in users.shuffled() {
            scene.answer("Accept", "dr-1", user, at: 1)
            try scene.harness.run()
            try scene.harness.advance(by: .milliseconds(Int(seed % 2)))
            #expect(try scene.said(AcceptChosen.type).contains("dr-1.\(user) accept"))
        }
        try scene.settle()
        #expect(try scene.said(ListMade.type) == users.map { "dr-1.\($0) ignore" }.sorted())
        #expect(try scene.said(AcceptChosen.type) == users.map { "dr-1.\($0) accept" }.sorted())
        #expect(scene.waiting == 0)
    }

    @Test func `an answer to nothing is given up after a minute and not before`() throws {
        let scene = Scene()
        scene.register("u1")
        scene.announce("dr-1")
        try scene.settle()
        scene.answer("Accept", "dr-9", "u1", at: 0)
        scene.answer("Accept", "dr-1", "nobody", at: 0)
        try scene.harness.run()
        try scene.harness.advance(by: .milliseconds(59_999))
        #expect(scene.refusals.isEmpty)
        #expect(scene.waiting == 2)
        try scene.harness.advance(by: .milliseconds(1))
        #expect(
            scene.refusals == [
                "not-found: no order dr-9 was announced: customer u1's answer has waited 60 s",
                "not-found: order dr-1 is known, but no customer nobody was registered: customer nobody's answer"
                    + " has waited 60 s",
            ])
        let letter = try #require(scene.harness.deadLetters.first { $0.rejection.reason.contains("dr-9") })
        #expect(letter.value == "{\"eventType\":\"Accept\",\"drId\":\"dr-9\",\"userId\":\"u1\"}")
        #expect(letter.source.hasPrefix("response.commands-"))
        #expect(scene.waiting == 0)
        #expect(scene.timers == 0)
    }

    @Test func `an answer from someone who registered after the announcement is refused`() throws {
        let refusal =
            "refused: customer u2 is not on the list of order dr-1: registered at \(Scene.time(1)), and the order was"
            + " announced at \(Scene.time(0))"
        let scene = try asked()
        scene.register("u2", at: 1)
        try scene.settle()
        scene.answer("Accept", "dr-1", "u2", at: 2)
        try scene.settle()
        #expect(scene.refusals == [refusal])

        let other = try asked()
        other.answer("Accept", "dr-1", "u2", at: 2)
        try other.settle()
        other.register("u2", at: 1)
        try other.settle()
        #expect(other.refusals.isEmpty)
        try other.harness.advance(by: .seconds(60))
        #expect(other.refusals == [refusal])
    }

    @Test func `an answer given too often is refused`() throws {
        let scene = try asked()
        for second in 1...History.limit { scene.answer("Accept", "dr-1", "u1", at: Double(second)) }
        scene.answer("Deny", "dr-1", "u1", at: 500)
        try scene.settle()
        #expect(scene.refusals == ["refused: customer u1 has answered order dr-1 100 times already"])
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.u1 accept"])
        #expect(try scene.said(DenyChosen.type).isEmpty)
    }

    @Test func `an accept that was not real becomes a deny, once`() throws {
        let scene = try asked()
        scene.register("u2")
        scene.answer("Accept", "dr-1", "u1", at: 1)
        scene.answer("Accept", "dr-1", "u2", at: 1)
        scene.check("dr-1", "u1", isReal: false, at: 50)
        try scene.settle()
        #expect(scene.refusals == ["conflict: response dr-1.u1 was checked before its list was saved"])
        scene.end("dr-1", at: 100)
        try scene.settle()
        for _ in 0..<2 { scene.check("dr-1", "u1", isReal: false, at: 200) }
        scene.check("dr-1", "u2", isReal: true, at: 200)
        scene.check("dr-1", "u3", isReal: true, at: 200)
        try scene.settle()
        #expect(try scene.said(DenyChosen.type) == ["dr-1.u1 deny"])
        #expect(scene.refusals.contains("not-found: there is no response dr-1.u3 to check"))
        let rows = scene.harness.rows(.response, Responses.self)
        #expect(rows["dr-1/u1"]?.contains("\"answer\":\"deny\"") == true)
        #expect(rows["dr-1/u2"]?.contains("\"answer\":\"accept\"") == true)
    }

    @Test func `the last version of a check decides, whenever it comes`() throws {
        let scene = try asked()
        scene.answer("Accept", "dr-1", "u1", at: 1)
        scene.end("dr-1", at: 100)
        try scene.settle()
        func check(_ version: Int64, _ isReal: Bool) throws {
            scene.check("dr-1", "u1", isReal: isReal, version: version, at: 200)
            try scene.settle()
        }
        try check(1, false)
        try check(2, false)
        try check(3, true)
        #expect(scene.refusals.isEmpty)
        // From dead letters that are replayed.
        try check(2, false)
        try check(1, false)
        try check(3, false)
        try check(5, true)
        try check(6, false)
        #expect(try scene.said(DenyChosen.type) == ["dr-1.u1 deny", "dr-1.u1 deny"])
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.u1 accept", "dr-1.u1 accept"])
        let behind = [2, 1, 3].map {
            "conflict: version \($0) of the check of response dr-1.u1 is not newer than version 3, which has been taken"
        }
        #expect(scene.refusals == behind.sorted())
        let row = try #require(scene.harness.rows(.response, Responses.self)["dr-1/u1"])
        #expect(row.contains(#""answer":"deny""#) && row.contains(#""checkVersion":6"#))
    }

    @Test func `a correction does not make an accept of a deny, nor of what was said too late`() throws {
        let scene = try asked()
        scene.answer("Deny", "dr-1", "u1", at: 1)
        scene.end("dr-1", at: 100)
        try scene.settle()
        scene.check("dr-1", "u1", isReal: true, version: 2, at: 200)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type).isEmpty)
    }

    @Test(
        arguments: [
            (.deny, 10, 10, true, "the reduction is real, but the answer was deny"),
            (.ignore, 10, 10, true, "the reduction is real, but the answer was ignore"),
            (.accept, 0, 10, true, "the reduction is real, but 0 Wh were reduced"),
            (.accept, 10, -1, true, "the reduction is real, but pays -1 points"),
            (.accept, 0, 10, false, "the reduction is not real, but pays 10 points"),
            (.accept, 10, 0, false, "the reduction is not real, but 10 Wh were reduced"),
            (.deny, -3, 0, false, nil), (.ignore, -3, 0, false, nil),
        ] as [(Answer, Int64, Int64, Bool, String?)])
    func `a check that contradicts itself is refused, and one of another answer changes nothing`(
        answer: Answer, reducedWh: Int64, points: Int64, isReal: Bool, contradiction: String?
    ) throws {
        let scene = try asked()
        scene.answer("Accept", "dr-1", "u1", at: 1)
        scene.end("dr-1", at: 100)
        try scene.settle()
        let outcome = ReductionOutcome(
            order: OrderID(text: "dr-1"), user: UserID(text: "u1"), answer: answer, reducedWh: reducedWh,
            adjustPoint: points, isReal: isReal)
        scene.event(.kepcoEvents, outcome, "u1", 200)
        try scene.settle()
        #expect(
            scene.refusals
                == (contradiction.map { ["refused: the check of response dr-1.u1 contradicts itself: \($0)"] } ?? []))
        #expect(try scene.said(DenyChosen.type).isEmpty)
    }
}
