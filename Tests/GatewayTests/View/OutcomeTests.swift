import Contracts
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

    @Test func `outcomes go after a day`() throws {
        let model = try Model()
        let hour: Int64 = 3_600_000
        try model.take([.letter("dr-old", at: 0), .letter("dr-new", at: 2 * hour)])
        try model.take((0..<998).map { .letter("dr-\($0)", at: 25 * hour) })
        #expect(try model.queries.outcome(commandID("dr-old")) == nil)
        #expect(try model.queries.outcome(commandID("dr-new")) != nil)
    }

    @Test func `who has sent what is told of what was done and of what was refused`() throws {
        let model = try Model()
        let event = Taken(
            topic: Context.user.events, key: "u", value: "{}",
            headers: Self.mine.merging(["type": "UserRegistered"]) { $1 })
        try model.take([
            event, .letter("dr-1"),
            Taken(topic: Context.user.events, key: "v", value: "{}", headers: ["type": "UserRegistered"]),
        ])
        let deeds = try model.queries.audit("", PageRequest())
        #expect(deeds.total == 2)
        #expect(
            deeds.items.map { "\($0.actor) \($0.type) \($0.key) \($0.outcome) \($0.reason ?? "")" }.sorted()
                == ["kim StartDr o refused no", "kim UserRegistered u done "])
        #expect(try model.queries.audit("KIM", PageRequest()).total == 2)
        #expect(try model.queries.audit("startdr", PageRequest()).total == 1)
        #expect(try model.queries.audit("%", PageRequest()).total == 0)
    }
}
