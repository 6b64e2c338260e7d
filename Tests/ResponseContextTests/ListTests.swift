import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

@Suite struct ListTests {
    @Test(arguments: [1, 2, 3, 200])
    func `everybody who was a customer by then is asked once, whatever the size of a step`(stepRows: Int) throws {
        let scene = Scene(stepRows: stepRows)
        let users = (1...25).map { "u\($0)" }
        for user in users { scene.register(user) }
        scene.register("later", at: 1)
        try scene.settle()
        scene.announce("dr-1", endsAt: 3600, at: 0)
        try scene.settle()
        #expect(try scene.said(ListMade.type) == users.map { "dr-1.\($0) ignore" }.sorted())
        let entry = try #require(try scene.entries(ListMade.type).first { $0.id.user.text == "u7" })
        #expect(entry.userName == "name of u7")
        #expect(entry.userCapacity == 3000)
        #expect(entry.startsAt == Scene.time(0))
        #expect(entry.endsAt == Scene.time(3600))
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test func `who registers in the moment of the announcement is asked, who registers after it is not`() throws {
        let scene = Scene()
        scene.register("at", at: 10)
        scene.register("behind", at: 10.001)
        scene.announce("dr-1", at: 10)
        try scene.settle()
        #expect(try scene.said(ListMade.type) == ["dr-1.at ignore"])
    }

    @Test func `a registration that is read late puts the customer on the lists of all orders since`() throws {
        let scene = Scene(stepRows: 2)
        for number in 1...7 { scene.announce("dr-\(number)", at: Double(number)) }
        try scene.settle()
        scene.register("u1", at: 3)
        try scene.settle()
        #expect(try scene.said(ListMade.type) == (3...7).map { "dr-\($0).u1 ignore" })
    }

    @Test func `a registration read after the list was saved is asked, its answer taken, and saved at once`() throws {
        let scene = Scene()
        scene.register("early")
        scene.announce("dr-1")
        scene.answer("Accept", "dr-1", "slow", at: 50)
        scene.end("dr-1", at: 100)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.early ignore"])
        scene.register("slow", at: -5)
        try scene.settle()
        #expect(try scene.said(ListMade.type) == ["dr-1.early ignore", "dr-1.slow ignore"])
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.slow accept"])
        #expect(try scene.said(ListSaved.type) == ["dr-1.early ignore", "dr-1.slow accept"])
        #expect(scene.waiting == 0)
        #expect(scene.timers == 0)
    }

    @Test func `a second MakeList and a second SaveList change nothing`() throws {
        let scene = Scene()
        scene.register("u1")
        for _ in 0..<2 {
            scene.announce("dr-1")
            try scene.settle()
        }
        for _ in 0..<2 {
            scene.end("dr-1", at: 100)
            try scene.settle()
        }
        #expect(try scene.said(ListMade.type) == ["dr-1.u1 ignore"])
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 ignore"])
    }

    @Test func `an end that comes before its order is remembered, and the list made and then saved`() throws {
        let scene = Scene(stepRows: 1)
        scene.register("u1")
        scene.register("u2")
        scene.end("dr-1", at: 100)
        try scene.settle()
        #expect(scene.count(EarlyEndings.self) == 1)
        scene.announce("dr-1")
        try scene.settle()
        #expect(try scene.said(ListMade.type) == ["dr-1.u1 ignore", "dr-1.u2 ignore"])
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 ignore", "dr-1.u2 ignore"])
        #expect(scene.count(EarlyEndings.self) == 0)
    }

    @Test func `an end in the middle of asking waits until everybody has been asked`() throws {
        let scene = Scene(stepRows: 1, partitions: 1)
        for number in 1...5 { scene.register("u\(number)") }
        try scene.settle()
        scene.announce("dr-1")
        try scene.harness.run()
        try scene.harness.advance(by: .milliseconds(2))
        #expect(try scene.said(ListMade.type) == ["dr-1.u1 ignore", "dr-1.u2 ignore"])
        scene.end("dr-1", at: 0.002)
        try scene.harness.run()
        #expect(try scene.said(ListSaved.type).isEmpty)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == (1...5).map { "dr-1.u\($0) ignore" })
        #expect(try scene.entries(ListSaved.type).allSatisfy { $0.endsAt == Scene.time(0.002) })
    }

    @Test func `an end in the millisecond of the last step gives its events ids of their own`() throws {
        let scene = Scene(partitions: 1)
        scene.register("u1")
        scene.announce("dr-1")
        try scene.harness.run()
        try scene.harness.advance(by: .milliseconds(1))
        #expect(try scene.said(ListMade.type) == ["dr-1.u1 ignore"])
        scene.end("dr-1", at: 0.001)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 ignore"])
        let ids = try #require(scene.harness.topics["response.events"]).joined().compactMap(\.id)
        #expect(Set(ids).count == 2)
    }

    @Test func `no list is saved before every partition has passed the end`() throws {
        let scene = Scene(partitions: 2)
        scene.register("u1")
        scene.announce("dr-1")
        try scene.settle()
        let home = Partitioner.partition(of: "u1", among: 2)
        let times = "\"startsAt\":\"\(Scene.time(0))\",\"endsAt\":\"\(Scene.time(100))\""
        func pass(_ partition: Int32) throws {
            let value = "{\"eventType\":\"SaveList\",\"drId\":\"dr-1\",\(times),\"passedBy\":\(partition)}"
            scene.harness.send(.responseInternal, key: "dr-1", value, partition: home)
            try scene.settle()
        }
        try pass(0)
        try pass(0)
        #expect(try scene.said(ListSaved.type).isEmpty)
        try pass(2)
        #expect(scene.refusals == ["refused: there is no partition 2 that could have passed the order's end"])
        try pass(1)
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 ignore"])
    }

    @Test func `a list has the name that was known when the customer was asked`() throws {
        let scene = Scene()
        scene.register("u1", name: "old", capacity: 1, at: -100)
        try scene.settle()
        scene.update("u1", name: "new", capacity: 2, at: -50)
        scene.update("u1", name: "outdated", capacity: 3, at: -60)
        try scene.settle()
        scene.announce("dr-1")
        try scene.settle()
        scene.update("u1", name: "newest", at: 5)
        try scene.settle()
        let entry = try #require(try scene.entries(ListMade.type).first)
        #expect(entry.userName == "new")
        #expect(entry.userCapacity == 2)
    }

    @Test func `ids that differ in their bytes only are different customers`() throws {
        let scene = Scene(stepRows: 1, partitions: 1)
        // Equal as Swift strings; and ids whose order changes with a slash behind them.
        let users = ["\u{E9}", "e\u{301}", "a", "a!", "a-b", "a0"]
        for user in users { scene.register(user) }
        scene.announce("dr-1")
        try scene.harness.run()
        try scene.harness.advance(by: .milliseconds(1))
        for user in users { scene.answer("Accept", "dr-1", user, at: 1) }
        try scene.settle()
        scene.end("dr-1", at: 10)
        try scene.settle()
        #expect(try scene.entries(ListMade.type).count == users.count)
        #expect(try scene.entries(ListSaved.type).count == users.count)
        #expect(try scene.entries(ListSaved.type).allSatisfy { $0.answer == .accept })
    }
}
