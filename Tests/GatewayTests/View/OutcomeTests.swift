import Contracts
import SQLite
import Testing

@testable import Gateway

/// What the read model keeps of commands.
@Suite(.timeLimit(.minutes(30))) struct OutcomeTests {
    private static let mine = ["command": commandID("user-1"), "actor": "kim", "idempotency": "body"]
    private static let refused = Taken(
        topic: Context.user.deadLetters, key: "u", value: "{}",
        headers: mine.merging(["deadletter.kind": "conflict", "deadletter.reason": "twice"]) { $1 })
    private static func done(_ capacity: Int) -> Taken { .user("u", capacity, headers: mine) }

    /// What is known of `user-1`: nothing, or whether it is done and what the row or the reason says.
    static let courses: [(name: String, records: [Taken], outcome: String?)] = [
        ("nothing", [], nil),
        ("done", [done(5)], "done users/u 5"),
        ("refused", [refused], "refused conflict twice"),
        ("what is done stays done", [done(5), refused], "done users/u 5"),
        ("and as it was first done", [done(5), done(6)], "done users/u 5"),
        ("refused and replayed", [refused, done(5)], "done users/u 5"),
        (
            "a row of another's command", [.user("u", 5, headers: ["command": commandID("user-2"), "actor": "kim"])],
            nil
        ),
        ("a row of nobody's command", [.user("u")], nil),
        (
            "what another context does in its wake",
            [.user("u", 5, headers: ["command": commandID("dr-1"), "actor": "kim"])], nil
        ),
    ]

    @Test(arguments: courses) func `what has become of a command is what the context that was asked has said first`(
        _ course: (name: String, records: [Taken], outcome: String?)
    ) throws {
        let model = try Model()
        try model.take(course.records)
        let found = try model.queries.outcome(commandID("user-1"))
        let text = try found.map { outcome in
            guard outcome.isDone else { return "refused \(outcome.kind ?? "") \(outcome.reason ?? "")" }
            return "done \(outcome.subject) \(try ShownUser(outcome).capacity)"
        }
        #expect(text == course.outcome, "\(course.name)")
        if let found { #expect(found.body == "body") }
        // Of a command in another context's name nothing may be claimed.
        #expect(try model.queries.outcome(commandID("dr-1")) == nil)
    }

    private static let hour: Int64 = 3_600_000

    @Test func `outcomes go after a day, also where nothing comes any more`() throws {
        let model = try Model()
        try model.take([.deadLetter("dr-old", at: Model.now), .deadLetter("dr-new", at: Model.now + 2 * Self.hour)])
        model.clock.now += 24 * Self.hour
        try model.take([])
        #expect(try model.queries.outcome(commandID("dr-old")) != nil)
        model.clock.now += 1
        try model.take([])
        #expect(try model.queries.outcome(commandID("dr-old")) == nil)
        #expect(try model.queries.outcome(commandID("dr-new")) != nil)
    }

    @Test func `no commit waits for more than a thousand of them to go, and those of old times do not get in`() throws {
        let model = try Model()
        let step = Int(OutcomeRows.step)
        try model.take((0..<2 * step + 1).map { .deadLetter("dr-\($0)") })
        func count() throws -> Int64 { try model.database.integer(of: "SELECT count(*) FROM outcomes") }
        model.clock.now += 24 * Self.hour + 1
        for left in [step + 1, 1, 0, 0] {
            try model.take([.deadLetter("dr-late")])
            #expect(try count() == Int64(left))
        }
    }

    @Test func `who has sent what is told of what was done and of what was refused`() throws {
        let model = try Model()
        let event = Taken(
            topic: Context.user.events, key: "u", value: "{}",
            headers: Self.mine.merging(["type": "UserRegistered"]) { $1 })
        let answer = Taken(
            topic: Context.response.events, key: "u", value: #"{"id":"o.u","drId":"o","userId":"u"}"#,
            headers: Self.mine.merging(["type": "DenyChosen", "command": commandID("response-1")]) { $1 })
        try model.take([
            event, .deadLetter("dr-1"), answer,
            Taken(topic: Context.user.events, key: "v", value: "{}", headers: ["type": "UserRegistered"]),
        ])
        let deeds = try model.queries.audit("", PageRequest())
        #expect(deeds.total == 3)
        #expect(
            deeds.items.map { "\($0.actor) \($0.type) \($0.key) \($0.outcome) \($0.reason ?? "")" }.sorted()
                == ["kim Deny o.u done ", "kim RegisterUser u done ", "kim StartDr o refused no"])
        #expect(try model.queries.audit("KIM", PageRequest()).total == 3)
        #expect(try model.queries.audit("startdr", PageRequest()).total == 1)
        #expect(try model.queries.audit("%", PageRequest()).total == 0)
    }

    @Test func `a search in who has sent what stops, says where, and continues from there`() throws {
        let model = try Model()
        let limit = AuditLists.searchLimit
        func event(_ key: String, _ at: Int) -> Taken {
            let headers = ["type": "UserRegistered", "command": commandID("user-1"), "actor": "ÉVA"]
            return Taken(topic: Context.user.events, key: key, value: "{}", headers: headers, at: Int64(at))
        }
        try model.take([event("needle-0", 0), event("needle-1", 1)])
        // Of one moment: they are distinguished by their positions.
        try model.take((2..<limit + 2).map { event($0 == limit ? "needle-2" : "k", 5) })
        let first = try model.queries.audit("NEEDLE", PageRequest())
        #expect(first.items.map(\.key) == ["needle-2"] && first.total == 1)
        let stopped = try #require(first.stopped)
        #expect(stopped.at == 5 && AuditLists.Place(stopped.text) == stopped)
        var page = PageRequest()
        page.size = 1
        var found: [String] = []
        for number in 0..<2 {
            page.number = number
            let second = try model.queries.audit("needle", before: stopped, page)
            #expect(second.total == 2 && second.stopped == nil)
            found += second.items.map(\.key)
        }
        #expect(found == ["needle-1", "needle-0"])
        #expect(try model.queries.audit("éva", PageRequest()).total == Int64(limit))
        // Without words nothing has to be looked for.
        #expect(try model.queries.audit("", PageRequest()).total == Int64(limit + 2))
        #expect(try model.queries.audit("", PageRequest()).stopped == nil)
    }
}
