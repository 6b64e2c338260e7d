import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// An order that runs asks others.
@Suite struct OtherTargetsTests {
    private static let seeds: ClosedRange<UInt64> = 1...60

    private func scene(_ seed: UInt64) -> Scene {
        let scene = Scene(seed: seed, stepRows: Int(seed % 3) + 1)
        for number in 1...4 {
            scene.register("a\(number)", resource: "s1")
            scene.register("b\(number)", resource: "s2")
            scene.register("c\(number)")
        }
        return scene
    }

    /// What was said to each customer, in its order, as letters: made, changed, cancelled, saved.
    private func said(_ scene: Scene) throws -> [String: String] {
        let letters = ["Listmade": "m", "Listchanged": "c", "Listcancelled": "x", "Listsaved": "s"]
        var said: [String: String] = [:]
        for record in try #require(scene.harness.topics["response.events"]).joined() {
            guard let letter = letters[record.type ?? ""], let user = record.key else { continue }
            said[user, default: ""] += letter
        }
        return said
    }

    private func all(_ ones: [String: String]) -> [String: String] {
        var all: [String: String] = [:]
        for (name, letters) in ones { for number in 1...4 { all["\(name)\(number)"] = letters } }
        return all
    }

    @Test(arguments: seeds) func `who is asked now is asked, who is not any more is told, and nobody else hears of it`(
        seed: UInt64
    ) throws {
        let scene = scene(seed)
        scene.announce("dr-1", resources: ["s1"])
        try scene.settle()
        scene.answer("Accept", "dr-1", "a1", at: 1)
        try scene.settle()
        scene.change("dr-1", resources: ["s1", "s2"], at: 2)
        try scene.settle()
        #expect(try said(scene) == all(["a": "m", "b": "m"]))
        scene.change("dr-1", version: 2, resources: ["s2"], unassigned: true, at: 3)
        try scene.settle()
        #expect(try said(scene) == all(["a": "mx", "b": "m", "c": "m"]))
        scene.answer("Deny", "dr-1", "a1", at: 4)
        scene.answer("Deny", "dr-1", "b1", at: 4)
        try scene.settle()
        #expect(scene.refusals.isEmpty && scene.waiting == 1)
        try scene.harness.advance(by: .seconds(61))
        #expect(scene.refusals.count == 1 && scene.refusals[0].contains(", which asks others: the customer belonged"))
        scene.change("dr-1", version: 3, endsAt: 20, resources: ["s1"], at: 5)
        try scene.settle()
        // With the answer that was given, which holds again.
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.a1 accept", "dr-1.a1 accept"])
        #expect(try said(scene) == all(["a": "mxm", "b": "mx", "c": "mx"]))
        scene.end("dr-1", at: 20)
        try scene.settle()
        #expect(try said(scene) == all(["a": "mxms", "b": "mx", "c": "mx"]))
        #expect(try scene.said(ListSaved.type).first == "dr-1.a1 accept")
        #expect(scene.timers == 0)
    }

    /// The audit would have him accept with the request that denies.
    @Test(arguments: seeds) func `an answer that holds again is nobody's request`(seed: UInt64) throws {
        let scene = scene(seed)
        scene.announce("dr-1", resources: ["s1"])
        try scene.settle()
        for number in 1...4 { scene.answer("Accept", "dr-1", "a\(number)", at: 1) }
        try scene.settle()
        scene.change("dr-1", resources: ["s2"], at: 2)
        try scene.settle()
        // Each of them denies while the list is changed again.
        scene.change("dr-1", version: 2, resources: ["s1"], at: 3)
        let request = Request(actor: "ann", command: "c", idempotency: nil)
        for number in 1...4 { scene.answer("Deny", "dr-1", "a\(number)", at: 4, request: request) }
        try scene.settle()
        let events = try #require(scene.harness.topics["response.events"]).joined()
        let (accepted, denied) = (
            events.filter { $0.type == "AcceptChosen" }, events.filter { $0.type == "DenyChosen" }
        )
        #expect(accepted.count == 8 && accepted.allSatisfy { $0.provenance.request == nil })
        #expect(denied.count == 4 && denied.allSatisfy { $0.provenance.request == request })
    }

    @Test(arguments: seeds) func `it comes to the same whatever is read first, and however far the list has come`(
        seed: UInt64
    ) throws {
        let scene = scene(seed)
        let orders: [(Scene) -> Void] = [
            { $0.announce("dr-1", resources: ["s1"]) }, { $0.change("dr-1", resources: ["s2"], at: 1) },
            { $0.change("dr-1", version: 2, resources: ["s2", "s1"], at: 2) },
            { $0.change("dr-1", version: 3, endsAt: 30, resources: ["s2"], at: 3) }, { $0.end("dr-1", at: 10) },
        ]
        let users: [(Scene) -> Void] = [
            { $0.register("late", resource: "s1", at: -9) }, { $0.update("late", name: "n", resource: "s2", at: -5) },
            { $0.update("late", name: "n", resource: "s1", at: 1) },
        ]
        // Some to an order that does not ask them when they are given: it does in the end, but for a1 and c1.
        let given: [(type: String, user: String, at: Double)] = [
            ("Accept", "a1", 0.5), ("Accept", "b1", 0.6), ("Accept", "c1", 1.1), ("Accept", "b2", 1.5),
            ("Deny", "b1", 1.7), ("Accept", "late", 1.8), ("Deny", "a1", 2.5), ("Accept", "b1", 3.5),
            ("Deny", "b3", 4), ("Deny", "late", 5),
        ]
        var (toTell, toAnnounce, toAnswer) = (users[...], orders[...], given[...])
        var dice = seed &* 0x9E37_79B9_7F4A_7C15
        while !toTell.isEmpty || !toAnnounce.isEmpty || !toAnswer.isEmpty {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            switch (dice >> 33) % 8 {
            case 0: toTell.popFirst()?(scene)
            // The list is to be told of the customer, and of the answers, before it is saved.
            case 1, 2:
                if toAnnounce.count > 1 || toTell.isEmpty && toAnswer.isEmpty { toAnnounce.popFirst()?(scene) }
            case 3: try scene.harness.run()
            case 4, 5, 6:
                if let next = toAnswer.popFirst() { scene.answer(next.type, "dr-1", next.user, at: next.at) }
            default: if seed % 3 > 0 { try scene.settle() }
            }
        }
        try scene.settle()
        try scene.harness.advance(by: .seconds(61))
        let said = try said(scene)
        for number in 1...4 {
            #expect(said["b\(number)"]?.last == "s")
            #expect(said["a\(number)"].map { $0.last == "x" } ?? true)
            #expect(said["c\(number)"] == nil)
        }
        #expect(said["late"]?.last == "s")
        #expect(
            try scene.said(ListSaved.type) == [
                "dr-1.b1 accept", "dr-1.b2 accept", "dr-1.b3 deny", "dr-1.b4 ignore", "dr-1.late deny",
            ])
        // What a1 said while he was on the list has been taken.
        let refused = try scene.refusedAnswers().filter { !$0.contains("dr-1.a1 ") }
        #expect(refused == ["refused dr-1.c1 accept"])
        #expect(scene.timers == 0 && scene.waiting == 0)
    }

    @Test func `an answer from before the order asked others counts when it asks its customer again`() throws {
        let scene = scene(1)
        scene.announce("dr-1", resources: ["s1"])
        try scene.settle()
        scene.change("dr-1", resources: ["s2"], at: 2)
        try scene.settle()
        scene.answer("Accept", "dr-1", "a1", at: 1)
        try scene.settle()
        #expect(scene.refusals.isEmpty && scene.waiting == 1)
        scene.change("dr-1", version: 2, resources: ["s1"], at: 3)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.a1 accept"] && scene.waiting == 0)
        #expect(try said(scene) == all(["a": "mxm", "b": "mx"]))
    }

    @Test func `an answer that is read before the change that asks its customer counts`() throws {
        let scene = scene(1)
        scene.announce("dr-1", resources: ["s1"])
        try scene.settle()
        for user in ["b1", "b3"] { scene.answer("Accept", "dr-1", user, at: 2) }
        try scene.settle()
        scene.change("dr-1", resources: ["s1", "s2"], at: 1)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.b1 accept", "dr-1.b3 accept"])
        #expect(try said(scene) == all(["a": "m", "b": "m"]))
        #expect(scene.refusals.isEmpty && scene.waiting == 0)
    }

    @Test func `an answer that waits is taken before a later one, and both count`() throws {
        let scene = scene(1)
        scene.announce("dr-1", resources: ["s1"])
        try scene.settle()
        // He has not been taken off yet.
        scene.change("dr-1", resources: ["s2"], at: 1)
        try scene.harness.run()
        scene.answer("Accept", "dr-1", "a1", at: 0.5)
        try scene.harness.run()
        scene.change("dr-1", version: 2, resources: ["s1"], at: 2)
        try scene.harness.run()
        scene.answer("Deny", "dr-1", "a1", at: 9)
        try scene.settle()
        #expect(try scene.histories().joined().map(\.answer) == [.accept, .deny])
        scene.end("dr-1", at: 5)
        try scene.settle()
        #expect(try scene.said(ListSaved.type).first == "dr-1.a1 accept" && scene.refusals.isEmpty)
    }

    @Test func `who was passed over while the list is made is asked when the order asks others meanwhile`() throws {
        let scene = Scene(stepRows: 1, partitions: 1)
        for (user, resource) in [("a1", "s2"), ("b1", "s1"), ("c1", "s1")] { scene.register(user, resource: resource) }
        scene.announce("dr-1", resources: ["s1"])
        try scene.harness.run()
        for _ in 0..<10 where try scene.said(ListMade.type).isEmpty {
            try scene.harness.advance(by: .milliseconds(1))
        }
        #expect(try said(scene) == ["b1": "m"])
        scene.change("dr-1", resources: ["s1", "s2"], at: 1)
        try scene.settle()
        #expect(try said(scene) == ["a1": "m", "b1": "m", "c1": "m"])
    }

    @Test func `answers that wait are looked at again when it asks still others meanwhile`() throws {
        let scene = Scene(stepRows: 1, partitions: 1)
        for user in ["a1", "a2"] { scene.register(user, resource: "s1") }
        for user in ["b1", "b2"] { scene.register(user, resource: "s2") }
        scene.announce("dr-1", resources: [])
        try scene.settle()
        for user in ["a1", "a2", "b1", "b2"] { scene.answer("Accept", "dr-1", user, at: 1) }
        try scene.settle()
        scene.change("dr-1", resources: ["s2"], at: 2)
        try scene.harness.run()
        for _ in 0..<3 { try scene.harness.advance(by: .milliseconds(1)) }
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.b1 accept"])
        scene.change("dr-1", version: 2, resources: ["s1", "s2"], at: 3)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type).count == 4 && scene.waiting == 0)
    }

    @Test func `an answer of who is not asked any more does not count before he is told`() throws {
        let scene = scene(1)
        scene.announce("dr-1", resources: ["s1"])
        try scene.settle()
        scene.change("dr-1", resources: ["s2"], at: 1)
        try scene.harness.run()
        scene.answer("Accept", "dr-1", "a1", at: 2)
        try scene.harness.run()
        #expect(try said(scene)["a1"] == "m")
        #expect(scene.waiting == 1)
        try scene.settle()
        try scene.harness.advance(by: .seconds(61))
        #expect(scene.refusals.count == 1)
        #expect(try said(scene)["a1"] == "mx")
        #expect(try scene.said(AcceptChosen.type).isEmpty)
    }

    @Test func `what is heard before its order holds for it, also without an end`() throws {
        let scene = scene(1)
        scene.change("dr-1", resources: ["s2"], at: 1)
        try scene.settle()
        let course = try #require(scene.harness.rows(.response, EarlyEndings.self).values.first)
        // Versions that know of nothing else need an end.
        #expect(course.contains(#""changedResources":["s2"]"#) && course.contains(#""passed":[]"#))
        scene.announce("dr-1", resources: ["s1"])
        try scene.settle()
        #expect(try said(scene) == all(["b": "m"]))
        scene.end("dr-1", at: 10)
        try scene.settle()
        #expect(try said(scene) == all(["b": "ms"]))
    }

    @Test func `another change of the same version is a conflict`() throws {
        let scene = scene(1)
        scene.announce("dr-1", resources: ["s1"])
        scene.change("dr-1", resources: ["s2"], at: 1)
        try scene.settle()
        scene.change("dr-1", resources: ["s2"], at: 1)
        scene.change("dr-1", resources: ["s1"], at: 1)
        try scene.settle()
        #expect(
            scene.refusals == [
                "conflict: change 1 of order dr-1 was already announced, without an end, and not for these resources"
            ])
    }
}
