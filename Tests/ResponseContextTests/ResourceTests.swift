import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// Orders that ask the customers of some resources, whatever is read first.
@Suite struct ResourceTests {
    private static let seeds: ClosedRange<UInt64> = 1...60

    private func scene(_ seed: UInt64 = 1) -> Scene { Scene(seed: seed, stepRows: Int(seed % 3) + 1) }

    /// Who was asked last and not taken off, with the resource.
    private func lists(_ scene: Scene) throws -> [String] {
        var last: [String: String] = [:]
        for record in try #require(scene.harness.topics["response.events"]).joined() {
            guard let value = record.value, ["Listmade", "Listcancelled", "Listsaved"].contains(record.type) else {
                continue
            }
            var entry: ListEntry?
            var reader = JSONReader()
            try reader.read(value.utf8.span) { entry = try ListEntry($0, isNamed: record.type != "Listcancelled") }
            let found = try #require(entry)
            let resource = found.resource.map { " \($0)" } ?? ""
            last["\(found.id)"] = record.type == "Listcancelled" ? nil : "\(found.id)\(resource)"
        }
        return last.values.sorted()
    }

    @Test(arguments: seeds) func `an order asks the customers of its resources, and takes answers of no others`(
        seed: UInt64
    ) throws {
        let scene = scene(seed)
        for (user, resource) in [("a", "s1"), ("b", "s2"), ("c", nil)] { scene.register(user, resource: resource) }
        scene.announce("all")
        scene.announce("one", resources: ["s1"])
        scene.announce("more", resources: ["s2", "s1"])
        scene.announce("kind", resources: ["s2"], unassigned: true)
        scene.announce("none", resources: [], unassigned: true)
        for user in ["a", "b", "c"] { scene.answer("Accept", "one", user, at: 1) }
        scene.answer("Deny", "none", "b", at: 1)
        try scene.settle()
        // Something may still be said of them, and the order may ask others yet.
        #expect(scene.waiting >= 3 && scene.refusals.isEmpty)
        try scene.harness.advance(by: .seconds(61))
        #expect(
            try lists(scene) == [
                "all.a s1", "all.b s2", "all.c", "kind.b s2", "kind.c", "more.a s1", "more.b s2", "none.c", "one.a s1",
            ])
        #expect(try scene.said(AcceptChosen.type) == ["one.a accept"])
        let when = "when it was announced, at \(Scene.time(0))"
        #expect(
            scene.refusals == [
                "refused: customer b is not on the list of order none, which asks others: the customer belonged to "
                    + "resource s2 \(when): customer b's answer has waited 60 s",
                "refused: customer b is not on the list of order one, which asks others: the customer belonged to "
                    + "resource s2 \(when): customer b's answer has waited 60 s",
                "refused: customer c is not on the list of order one, which asks others: the customer belonged to no "
                    + "resource \(when): customer c's answer has waited 60 s",
            ])
        scene.end("one", at: 20)
        scene.end("all", at: 20)
        try scene.settle()
        #expect(try scene.entries(ListSaved.type).filter { $0.resource == ResourceID(text: "s1") }.count == 2)
        #expect(scene.timers == 0)
    }

    /// Also where others are asked later, and whatever is said of a resource by then.
    @Test(arguments: seeds) func `an answer and a list name the method that the customer's resource had chosen`(
        seed: UInt64
    ) throws {
        let scene = scene(seed)
        for (user, resource) in [("a", "s1"), ("b", "s2")] { scene.register(user, resource: resource) }
        let kind = OrderRules(market: 1, kind: "standard", method: "Max(4/5)", intervalMin: 60)
        scene.announce("o", resources: ["s1", "s2"], methods: ["s2": "Mid(6/10)+SAA"], kind: kind)
        scene.announce("old", resources: ["s1", "s2"], methods: ["s2": "Mid(6/10)"])
        for order in ["o", "old"] { for user in ["a", "b"] { scene.answer("Accept", order, user, at: 1) } }
        try scene.settle()
        for order in ["o", "old"] { scene.end(order, at: 20) }
        try scene.settle()
        for type in [AcceptChosen.type, ListSaved.type] {
            let said = scene.harness.values(.responseEvents, type)
            let methods = said.map { value in
                let id = value.firstMatch(of: /"id":"([^"]*)"/).map { String($0.1) } ?? ""
                return id + (value.firstMatch(of: /"resourceMethod":"([^"]*)"/).map { " \($0.1)" } ?? "")
            }
            // An order without a kind is checked as kepco is set.
            #expect(methods.sorted() == ["o.a", "o.b Mid(6/10)+SAA", "old.a", "old.b"])
        }
        let row = scene.harness.rows(.response, Orders.self)["o"]
        #expect(row?.contains(#""resources":["s1","s2"],"resourceMethods":["","Mid(6/10)+SAA"]"#) == true)
    }

    /// What user says comes in its order, what dr says too, and one of them may be far ahead.
    @Test(arguments: seeds) func `the resource of the announcement counts, whatever is read first`(seed: UInt64) throws
    {
        let users: [(Scene) -> Void] = [
            { $0.register("u", at: 0) }, { $0.update("u", name: "n", resource: "s1", at: 10) },
            { $0.update("u", name: "m", resource: "s1", at: 15) },
            { $0.update("u", name: "m", resource: "s2", at: 20) },
            { $0.leave("u", at: 30) }, { $0.register("u", at: 40) },
            { $0.update("u", name: "m", resource: "s1", at: 50) }, { $0.update("u", name: "k", at: 60) },
        ]
        try asks([10, 12, 16, 55], telling: users, seed: seed)
    }

    /// Registered and changed in one millisecond, and changed by what was sent earlier and read later.
    @Test(arguments: seeds) func `what was so before a customer's first resource stays so`(seed: UInt64) throws {
        let users: [(Scene) -> Void] = [
            { $0.register("u", at: 0) }, { $0.update("u", name: "n", at: 4) }, { $0.leave("u", at: 15) },
            { $0.register("u", at: 24) }, { $0.update("u", name: "m", resource: "s2", at: 24) },
            { $0.update("u", name: "m", resource: "s1", at: 40) },
            { $0.update("u", name: "k", resource: "s1", at: 5, since: 40) },
        ]
        try asks([45, 55, 65], telling: users, seed: seed)
        let first: [(Scene) -> Void] = [
            { $0.register("u", at: 0) }, { $0.update("u", name: "n", at: 14) }, { $0.update("u", name: "m", at: 24) },
            { $0.update("u", name: "l", resource: "s1", at: 30) },
            { $0.update("u", name: "k", resource: "s1", at: 8, since: 30) }, { $0.leave("u", at: 50) },
        ]
        try asks([35, 45], telling: first, seed: seed)
    }

    /// - Parameter asked: the orders for s1 whose lists the customer is on in the end.
    private func asks(_ asked: [Int], telling users: [(Scene) -> Void], seed: UInt64) throws {
        let scene = scene(seed)
        let orders: [(Scene) -> Void] = [5, 10, 12, 16, 20, 25, 35, 45, 55, 65].map { at in
            { $0.announce("o\(Int(at))", resources: ["s1"], at: at) }
        }
        let times = [5, 10, 12, 16, 20, 25, 35, 45, 55, 65]
        var (toTell, toAnnounce, toAnswer) = (users[...], orders[...], times[...])
        var dice = seed &* 0x9E37_79B9_7F4A_7C15
        while !toTell.isEmpty || !toAnnounce.isEmpty || !toAnswer.isEmpty {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            switch (dice >> 33) % 7 {
            case 0, 1: toTell.popFirst()?(scene)
            case 2, 3: toAnnounce.popFirst()?(scene)
            case 4, 5: if let at = toAnswer.popFirst() { scene.answer("Accept", "o\(at)", "u", at: Double(at) + 1) }
            default: if seed % 3 == 0 { try scene.harness.run() } else { try scene.settle() }
            }
        }
        try scene.settle()
        #expect(try lists(scene) == asked.map { "o\($0).u s1" })
        try scene.harness.advance(by: .seconds(61))
        // What was taken from who was taken off later stays with his place.
        let refused = Set(try scene.refusedAnswers())
        #expect(refused.isSubset(of: times.filter { !asked.contains($0) }.map { "refused o\($0).u accept" }))
        #expect(try scene.histories().joined().count + refused.count == times.count)
        #expect(scene.timers == 0 && scene.waiting == 0)
        for at in times { scene.end("o\(at)", at: 100) }
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == asked.map { "o\($0).u accept" })
    }

    @Test func `an answer that is read before the customer's resource counts`() throws {
        let scene = scene()
        scene.register("u", resource: "s2")
        scene.announce("dr-1", resources: ["s1"], at: 10)
        try scene.settle()
        scene.answer("Accept", "dr-1", "u", at: 11)
        try scene.settle()
        #expect(scene.waiting == 1 && scene.refusals.isEmpty)
        scene.update("u", name: "u", resource: "s1", at: 5)
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.u accept"] && scene.waiting == 0)
    }

    /// Behind an event that is newer than the announcement nothing older comes of that customer, and an order that has
    /// ended is not changed.
    @Test func `an answer waits only as long as something may put its customer on the list`() throws {
        let scene = scene()
        for user in ["known", "unknown"] { scene.register(user, resource: "s2") }
        scene.announce("dr-1", resources: ["s1"], at: 10)
        scene.update("known", name: "n", resource: "s1", at: 11)
        try scene.settle()
        for user in ["known", "unknown"] { scene.answer("Accept", "dr-1", user, at: 12) }
        try scene.settle()
        #expect(scene.waiting == 2 && scene.refusals.isEmpty)
        scene.end("dr-1", at: 20)
        try scene.settle()
        #expect(try scene.refusedAnswers() == ["refused dr-1.known accept"] && scene.waiting == 1)
        scene.answer("Deny", "dr-1", "known", at: 13)
        try scene.harness.run()
        #expect(scene.refusals.count == 2 && scene.waiting == 1)
        #expect(scene.refusals.allSatisfy { !$0.contains("waited") && !$0.contains("s1") })
        // Also behind the end: it is saved with what he said.
        scene.update("unknown", name: "n", resource: "s1", at: 9)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.unknown accept"] && scene.waiting == 0)
    }

    @Test func `who turns out to have belonged elsewhere is taken off, with the reason, and one who belonged is asked`()
        throws
    {
        let scene = scene()
        scene.register("a", resource: "s1")
        scene.register("b", resource: "s2")
        scene.announce("dr-1", resources: ["s1"], at: 10)
        scene.announce("over", resources: ["s1"], at: 10)
        try scene.settle()
        scene.answer("Accept", "dr-1", "a", at: 11)
        scene.end("over", at: 12)
        try scene.settle()
        scene.update("a", name: "a", resource: "s2", at: 5)
        scene.update("b", name: "b", resource: "s1", at: 5)
        try scene.settle()
        let told = scene.harness.values(.responseEvents, ListCancelled.type)
        try #require(told.count == 1)
        #expect(told[0].contains(#""answer":"accept""#))
        #expect(told[0].contains(#""reason":"the customer belonged to resource s2: the order asks others""#))
        #expect(told[0].contains(#""resource":"s2""#))
        #expect(try lists(scene) == ["dr-1.b s1", "over.a s1", "over.b s1"])
    }

    @Test func `who had left and come back before the order is taken off for the resource, which is named`() throws {
        let scene = scene()
        scene.register("u", resource: "s1")
        scene.leave("u", at: 1)
        scene.register("u", resource: "s1", at: 2)
        scene.announce("dr-1", resources: ["s1"], at: 4)
        try scene.settle()
        scene.update("u", name: "u", resource: "s2", at: 3)
        try scene.settle()
        let told = scene.harness.values(.responseEvents, ListCancelled.type)
        try #require(told.count == 1)
        #expect(told[0].contains(#""reason":"the customer belonged to resource s2: the order asks others""#))
        #expect(told[0].contains(#""resource":"s2""#))
    }

    @Test func `the list says the resource that has turned out since he was asked`() throws {
        let scene = scene()
        scene.register("a", resource: "s1")
        scene.announce("dr-1", resources: ["s1", "s2"], at: 10)
        try scene.settle()
        scene.update("a", name: "a", resource: "s2", at: 5)
        try scene.settle()
        scene.end("dr-1", at: 20)
        try scene.settle()
        #expect(try lists(scene) == ["dr-1.a s2"])
        #expect(try scene.said(ListMade.type).count == 1)
    }

    @Test(arguments: seeds) func `of what is stated of a customer the order does not matter`(seed: UInt64) throws {
        let said: [(ResourceID?, Double)] = [(nil, 0), ("s1", 1), ("s1", 2), (nil, 3), ("s2", 4), ("s1", 6)].map {
            ($0.0.map { ResourceID(text: $0) }, $0.1)
        }
        func told(_ order: [(ResourceID?, Double)]) -> Customer {
            func state(_ one: (ResourceID?, Double)) -> UserState {
                UserState(id: UserID(text: "u"), name: "n", capacity: 1, point: 0, resource: one.0)
            }
            var customer = Customer(state(order[0]), at: Scene.time(order[0].1))
            for one in order {
                customer.learn(state(one), at: Scene.time(one.1), isRegistration: one.1 == 0)
                customer = read(customer)
            }
            return customer
        }
        var (shuffled, dice) = (said, seed &* 0x9E37_79B9_7F4A_7C15)
        for place in said.indices.reversed() {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            shuffled.swapAt(place, Int((dice >> 33) % UInt64(place + 1)))
        }
        let (first, second) = (told(said).resources, told(shuffled).resources)
        for at in [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7] {
            #expect(first.resource(at: Scene.time(at)) == second.resource(at: Scene.time(at)), "\(at)")
        }
    }

    private func read(_ customer: Customer) -> Customer {
        var json = JSONWriter()
        var reader = JSONReader()
        json.object { customer.write(&$0) }
        let bytes = json.take()
        return (try? Customer(reader.fields(of: bytes.span))) ?? customer
    }

    @Test func `changes of the name do not push out those of the resource, and further ones the oldest`() {
        var times = ResourceTimes()
        times.state(ResourceID(text: "s0"), at: Scene.time(0), before: [])
        for second in 1...20 { times.state(ResourceID(text: "s1"), at: Scene.time(Double(second)), before: []) }
        #expect(times.resource(at: Scene.time(0.5)) == ResourceID(text: "s0"))
        #expect(times.resource(at: Scene.time(1)) == ResourceID(text: "s1"))
        for second in 21...27 {
            times.state(ResourceID(text: "r\(second)"), at: Scene.time(Double(second)), before: [])
        }
        #expect(times.stated.count == ResourceTimes.limit)
        #expect(times.resource(at: Scene.time(20)) == ResourceID(text: "s1"))
        times.state(nil, at: Scene.time(28), before: [])
        #expect(times.stated.count == ResourceTimes.limit)
        #expect(times.stated.first?.resource == ResourceID(text: "r21"))
        #expect(times.resource(at: Scene.time(30)) == nil)
    }
}
