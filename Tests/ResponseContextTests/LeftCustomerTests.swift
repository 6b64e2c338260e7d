import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// Customers leave while orders are announced, whichever of the two is read first.
@Suite struct LeftCustomerTests {
    private static let seeds: ClosedRange<UInt64> = 1...60

    private func scene(_ seed: UInt64 = 1) -> Scene { Scene(seed: seed, stepRows: Int(seed % 3) + 1) }

    /// The last of Listmade, Listcancelled and Listsaved of each.
    private func lists(_ scene: Scene) throws -> [String: String] {
        var last: [String: String] = [:]
        let types = [ListMade.type, ListCancelled.type, ListSaved.type]
        let records = try #require(scene.harness.topics["response.events"]).joined()
        for record in records {
            guard let type = types.first(where: { $0.description == record.type }), let value = record.value else {
                continue
            }
            let id = value.split(separator: #""id":""#).last?.split(separator: "\"").first ?? ""
            last[String(id)] = type.description
        }
        return last
    }

    @Test func `who has left is not asked, and cannot answer`() throws {
        let scene = scene()
        scene.register("stays")
        scene.register("leaves")
        scene.leave("leaves", at: 5)
        try scene.settle()
        scene.announce("before", at: 4.999)
        scene.announce("at", at: 5)
        scene.announce("behind", at: 6)
        try scene.settle()
        #expect(
            try scene.said(ListMade.type) == [
                "at.stays ignore", "before.leaves ignore", "before.stays ignore", "behind.stays ignore",
            ])
        scene.answer("Accept", "at", "leaves", at: 7)
        scene.answer("Deny", "behind", "leaves", at: 7)
        scene.answer("Accept", "before", "leaves", at: 7)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["before.leaves accept"])
        // That he has come back before may be said yet.
        #expect(scene.waiting == 2 && scene.refusals.isEmpty)
        try scene.harness.advance(by: .seconds(61))
        let left = "left at \(Scene.time(5)), and the order was announced at"
        let waited = "customer leaves's answer has waited 60 s"
        #expect(
            scene.refusals == [
                "refused: customer leaves is not on the list of order at: \(left) \(Scene.time(5)): \(waited)",
                "refused: customer leaves is not on the list of order behind: \(left) \(Scene.time(6)): \(waited)",
            ])
        scene.register("leaves", at: 100)
        try scene.settle()
        scene.answer("Deny", "at", "leaves", at: 110)
        try scene.settle()
        #expect(scene.refusals.count == 3 && scene.waiting == 0)
    }

    /// Registered at 0, left at 10, back at 30, gone at 40; orders before, between and behind, one that ends, one that
    /// is withdrawn. What user says comes in its order, what dr says too, and one of them may be far ahead.
    @Test(arguments: seeds) func `lists come out the same whatever is read first`(seed: UInt64) throws {
        let scene = scene(seed)
        let users: [(Scene) -> Void] = [
            { $0.register("u", at: 0) }, { $0.leave("u", at: 10) }, { $0.register("u", name: "back", at: 30) },
            { $0.leave("u", at: 40) },
        ]
        let orders: [(Scene) -> Void] = [-1, 1, 10, 15, 30, 31, 40, 50].map { at in
            { $0.announce("o\(Int(at))", at: at) }
        }
        let names = ["o-1", "o1", "o10", "o15", "o30", "o31", "o40", "o50"]
        var (toTell, toAnnounce, toAnswer) = (users[...], orders[...], names[...])
        var dice = seed &* 0x9E37_79B9_7F4A_7C15
        while !toTell.isEmpty || !toAnnounce.isEmpty || !toAnswer.isEmpty {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            switch (dice >> 33) % 7 {
            case 0, 1: toTell.popFirst()?(scene)
            case 2, 3: toAnnounce.popFirst()?(scene)
            case 4, 5: if let order = toAnswer.popFirst() { scene.answer("Accept", order, "u", at: 55) }
            default: if seed % 3 == 0 { try scene.harness.run() } else { try scene.settle() }
            }
        }
        try scene.settle()
        let asked = try lists(scene).filter { $0.value == ListMade.type.description }.keys.sorted()
        #expect(asked == ["o1.u", "o30.u", "o31.u"])
        try scene.harness.advance(by: .seconds(61))
        // What was taken from who was taken off later stays with his place.
        let refused = Set(try scene.refusedAnswers())
        #expect(refused.isSubset(of: ["o-1", "o10", "o15", "o40", "o50"].map { "refused \($0).u accept" }))
        #expect(try scene.histories().joined().count + refused.count == names.count)
        #expect(scene.timers == 0 && scene.waiting == 0)
        for order in names { scene.end(order, at: 60) }
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["o1.u accept", "o30.u accept", "o31.u accept"])
    }

    @Test(arguments: seeds) func `who was asked already is taken off, with the reason`(seed: UInt64) throws {
        let scene = scene(seed)
        for user in ["t", "u", "v"] { scene.register(user) }
        scene.announce("old", at: 4)
        scene.announce("dr-1", at: 6)
        scene.announce("gone", at: 7)
        scene.announce("over", at: 8)
        try scene.settle()
        scene.answer("Accept", "dr-1", "u", at: 9)
        scene.cancel("gone", at: 9)
        scene.end("over", at: 9)
        try scene.settle()
        scene.leave("u", at: 5)
        try scene.settle()
        let told = scene.harness.values(.responseEvents, ListCancelled.type).filter { $0.contains("dr-1") }
        #expect(told.count == 1)
        #expect(told.first?.contains(#""answer":"accept""#) == true)
        #expect(told.first?.contains(#""reason":"the customer left at \#(Scene.time(5))""#) == true)
        #expect(try scene.said(ListCancelled.type).filter { $0.hasPrefix("gone") }.count == 3)
        scene.answer("Deny", "dr-1", "u", at: 10)
        scene.end("dr-1", at: 20)
        scene.end("old", at: 20)
        try scene.settle()
        try scene.harness.advance(by: .seconds(61))
        #expect(
            scene.refusals == [
                "refused: customer u is not on the list of order dr-1: left at \(Scene.time(5)), and the order was "
                    + "announced at \(Scene.time(6)): customer u's answer has waited 60 s"
            ])
        let saved = try scene.said(ListSaved.type).filter { $0.contains(".u ") }
        #expect(saved == ["old.u ignore", "over.u ignore"])
        scene.check("dr-1", "u", isReal: false, at: 30)
        try scene.settle()
        #expect(scene.refusals.contains("conflict: response dr-1.u was cancelled: there is nothing to check"))
    }

    /// His answers are those that he gave, and another end of the order is his too.
    @Test(arguments: seeds) func `who turns out to have come back before the order is asked again`(seed: UInt64) throws
    {
        let scene = scene(seed)
        scene.register("u")
        scene.announce("dr-1", endsAt: 300, at: 20)
        try scene.settle()
        scene.answer("Accept", "dr-1", "u", at: 25)
        try scene.settle()
        scene.leave("u", at: 10)
        scene.change("dr-1", endsAt: 600, at: 30)
        try scene.settle()
        #expect(try lists(scene) == ["dr-1.u": "Listcancelled"])
        scene.register("u", name: "again", at: 15)
        try scene.settle()
        let made = try scene.entries(ListMade.type)
        #expect(made.map(\.answer) == [.ignore, .accept] && made.map(\.endsAt) == [300, 600].map(Scene.time))
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.u accept", "dr-1.u accept"])
        scene.answer("Deny", "dr-1", "u", at: 40)
        scene.end("dr-1", at: 50)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.u deny"] && scene.refusals.isEmpty)
    }

    @Test(arguments: seeds) func `he is taken off many lists one after the other`(seed: UInt64) throws {
        let scene = Scene(seed: seed, stepRows: seed % 2 == 0 ? 200 : 3)
        scene.register("u")
        for number in 1...30 { scene.announce("dr-\(number)", at: Double(number)) }
        try scene.settle()
        scene.leave("u", at: 5.5)
        try scene.settle()
        #expect(try scene.said(ListCancelled.type).count == 25)
        let records = try #require(scene.harness.topics["response.events"]).joined()
        let told = records.filter { $0.type == ListCancelled.type.description }.compactMap(\.id)
        #expect(Set(told).count == 25)
        #expect(told.count { $0.hasPrefix("user.events-") } == (seed % 2 == 0 ? ResponseWorker.listsAtOnce : 3))
        #expect(scene.timers == 0)
    }

    @Test func `nobody leaves whom response does not know, and that can be replayed`() throws {
        let scene = scene()
        scene.leave("u", at: 5)
        try scene.settle()
        #expect(scene.refusals == ["not-found: there is no customer u who could have left at \(Scene.time(5))"])
        scene.register("u", at: 1)
        scene.announce("dr-1", at: 6)
        try scene.settle()
        scene.leave("u", at: 5)
        try scene.settle()
        #expect(try lists(scene) == ["dr-1.u": "Listcancelled"])
        // Again it changes nothing.
        scene.leave("u", at: 5)
        try scene.settle()
        #expect(try scene.said(ListCancelled.type).count == 1 && scene.refusals.count == 1)
    }
}
