import Contracts
import Testing

@testable import Gateway

/// What the read model keeps of dead letters that were handled again.
@Suite(.timeLimit(.minutes(30))) struct ReplayRowsTests {
    private static func event(_ more: String, of context: Context = .user, command: String = "user-1") -> Taken {
        Taken(
            topic: context.events, key: "3-17", value: #"{"eventType":"Replayed","partition":3,"offset":17,\#(more)}"#,
            headers: ["type": "Replayed", "command": commandID(command), "actor": "kim", "idempotency": "body"])
    }

    static let outcomes: [(said: String, outcome: String, deed: String)] = [
        (#""outcome":"done""#, "done deadletters/user-3-17", "Replay user-3-17 done"),
        (
            #""outcome":"forwarded""#, "done deadletters/user-3-17",
            "Replay user-3-17 done forwarded to the partition where it belongs"
        ),
        (#""outcome":"skipped""#, "done deadletters/user-3-17", "Replay user-3-17 done nothing had to be done"),
        (
            #""outcome":"refused","kind":"conflict","reason":"twice""#, "refused conflict twice",
            "Replay user-3-17 refused twice"
        ),
        (#""outcome":"lost""#, "none", "none"),
    ]

    private static func text(_ model: Model, _ command: String) throws -> String {
        guard let found = try model.queries.outcome(commandID(command)) else { return "none" }
        return found.isDone ? "done \(found.subject)" : "refused \(found.kind ?? "") \(found.reason ?? "")"
    }

    private static func deeds(_ model: Model) throws -> [String] {
        try model.queries.audit("", PageRequest()).items.map { deed in
            "\(deed.type) \(deed.key) \(deed.outcome)" + (deed.reason.map { " \($0)" } ?? "")
        }
    }

    @Test(arguments: outcomes)
    func `whoever asked is answered, and stands there with the dead letter and what came of it`(
        _ row: (said: String, outcome: String, deed: String)
    ) throws {
        let model = try Model()
        do { try model.take([Self.event(row.said)]) } catch {
            // The view passes over what says nothing.
            #expect(row.outcome == "none")
            return
        }
        #expect(try Self.text(model, "user-1") == row.outcome)
        #expect(try Self.deeds(model) == [row.deed])
        #expect(try model.queries.audit("", PageRequest()).items.first?.actor == "kim")
    }

    @Test func `who comes twice by one key has asked once`() throws {
        let model = try Model()
        try model.take([Self.event(#""outcome":"done""#), Self.event(#""outcome":"done""#)])
        #expect(try Self.text(model, "user-1") == "done deadletters/user-3-17")
        #expect(try Self.deeds(model) == ["Replay user-3-17 done"])
    }

    @Test func `kepco's too, among its checks`() throws {
        let model = try Model()
        try model.take([
            .order("o"), Self.event(#""outcome":"done""#, of: .kepco, command: "kepco-1"),
            .check("o", "a", reduced: 40),
        ])
        #expect(try Self.text(model, "kepco-1") == "done deadletters/kepco-3-17")
        #expect(try Self.deeds(model) == ["Replay kepco-3-17 done"])
        #expect(try model.queries.order("o")?.tally.checked == 1)
    }

    @Test func `a reason has an end`() throws {
        let model = try Model()
        let word = String(repeating: "\u{E9}", count: 5000)
        try model.take([Self.event(#""outcome":"refused","kind":"\#(word)","reason":"\#(word)""#)])
        let shown = String(repeating: "\u{E9}", count: 500)
        #expect(try Self.text(model, "user-1") == "refused \(shown) \(shown)")
        #expect(try Self.deeds(model) == ["Replay user-3-17 refused \(shown)"])
    }

    @Test func `a command that asks for no dead letter stands there with what it asked for`() throws {
        let model = try Model()
        try model.take([
            Taken(
                topic: Context.user.deadLetters, key: "3", value: #"{"eventType":"Replay","partition":3,"offset":99}"#,
                headers: [
                    "type": "Replay", "command": commandID("user-1"), "actor": "kim", "deadletter.kind": "not-found",
                    "deadletter.reason": "there is none",
                ])
        ])
        #expect(try Self.text(model, "user-1") == "refused not-found there is none")
        #expect(try Self.deeds(model) == ["Replay user-3-99 refused there is none"])
    }
}
