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
        #expect(scene.refusals.count == 1 && scene.refusals[0].contains("which asks those of s2, and of no resource"))
        scene.change("dr-1", version: 3, endsAt: 20, resources: ["s1"], at: 5)
        try scene.settle()
        // With the answer that was given.
        #expect(try said(scene) == all(["a": "mxm", "b": "mx", "c": "mx"]))
        scene.end("dr-1", at: 20)
        try scene.settle()
        #expect(try said(scene) == all(["a": "mxms", "b": "mx", "c": "mx"]))
        #expect(try scene.said(ListSaved.type).first == "dr-1.a1 accept")
        #expect(scene.timers == 0)
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
        var (toTell, toAnnounce) = (users[...], orders[...])
        var dice = seed &* 0x9E37_79B9_7F4A_7C15
        while !toTell.isEmpty || !toAnnounce.isEmpty {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            switch (dice >> 33) % 5 {
            case 0: toTell.popFirst()?(scene)
            // The list is to be told of the customer before it is saved.
            case 1, 2: if toAnnounce.count > 1 || toTell.isEmpty { toAnnounce.popFirst()?(scene) }
            case 3: try scene.harness.run()
            default: if seed % 3 > 0 { try scene.settle() }
            }
        }
        try scene.settle()
        let said = try said(scene)
        for number in 1...4 {
            #expect(said["b\(number)"]?.last == "s")
            #expect(said["a\(number)"].map { $0.last == "x" } ?? true)
            #expect(said["c\(number)"] == nil)
        }
        #expect(said["late"]?.last == "s")
        #expect(try scene.said(ListSaved.type).count == 5)
        #expect(scene.refusals.isEmpty && scene.timers == 0)
    }

    @Test func `an answer of who is not asked any more is refused before he is told`() throws {
        let scene = scene(1)
        scene.announce("dr-1", resources: ["s1"])
        try scene.settle()
        scene.change("dr-1", resources: ["s2"], at: 1)
        try scene.harness.run()
        scene.answer("Accept", "dr-1", "a1", at: 2)
        try scene.harness.run()
        #expect(try said(scene)["a1"] == "m")
        #expect(scene.refusals.count == 1)
        try scene.settle()
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
