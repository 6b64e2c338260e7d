import Contracts
import Daemon
import RealKafka
import Schemas
import Synchronization
import Testing
import Threads

@testable import Gateway

/// Dead letters that an operator has handled again: who asked, and what came of it, at each replica.
@Suite(.timeLimit(.minutes(30))) struct ReplayTests {
    private let stage: Stage
    private let header = Stage.authorization(.operator)

    init() throws { stage = try Stage.shared.get() }

    /// Ids of the dead letters with this key.
    private func deadLetters(_ key: String, at client: WebClient) throws -> [String] {
        let answer = try client.ask("GET", "/deadletters?context=user&size=100", [header])
        return (answer.at("/_embedded/deadletters")?.array ?? []).filter { $0.at("/key")?.string == key }
            .compactMap { $0.at("/id")?.string }
    }

    /// Has a change of a customer refused that there is not.
    private func refused(_ user: String) throws -> String {
        try stage.send(.userCommands, key: user, #"{"eventType":"UpdateUser","id":"\#(user)","capacity":7}"#)
        try eventually("the letter") {
            try [stage.guarded, stage.open].allSatisfy { try deadLetters(user, at: $0).count == 1 }
        }
        return try #require(try deadLetters(user, at: stage.guarded).first)
    }

    private func register(_ user: String) throws {
        let answer = try stage.guarded.ask(
            "POST", "/users", [header, ("Content-Type", "application/json")],
            #"{"id":"\#(user)","name":"n","capacity":1}"#)
        #expect(answer.status == 201, "\(answer)")
    }

    private func replay(_ deadLetter: String, key: String? = nil, at client: WebClient? = nil) throws
        -> WebClient.Answer
    {
        let headers = [header, ("Accept", "application/json")] + (key.map { [("Idempotency-Key", $0)] } ?? [])
        return try (client ?? stage.guarded).ask("POST", "/deadletters/\(deadLetter)/replay", headers)
    }

    /// What stands of a dead letter at `/audit`: who, what came of it, why.
    private func deeds(_ deadLetter: String, at client: WebClient) throws -> [String] {
        let answer = try client.ask("GET", "/audit?q=\(deadLetter)&size=100", [header])
        return (answer.at("/_embedded/audit")?.array ?? []).map { deed in
            ["actor", "type", "key", "outcome"].map { deed.at("/\($0)")?.string ?? "?" }.joined(separator: " ")
        }
    }

    @Test func `a replay is answered with what has come of it, and each replica says who asked`() throws {
        let deadLetter = try refused("replayed-1")
        try register("replayed-1")
        let answer = try replay(deadLetter)
        #expect(answer.status == 200 && answer.at("/id")?.string == deadLetter, "\(answer)")
        for client in [stage.guarded, stage.open] {
            try eventually("it is seen") { try deeds(deadLetter, at: client) == ["operator Replay \(deadLetter) done"] }
            try eventually("its effect") {
                try client.ask("GET", "/users/replayed-1", [header]).at("/capacity")?.number == 7
            }
        }
    }

    @Test func `one that is refused again is answered so`() throws {
        let deadLetter = try refused("replayed-2")
        let answer = try replay(deadLetter)
        #expect(answer.status == 404 && answer.at("/detail")?.string?.isEmpty == false, "\(answer)")
        for client in [stage.guarded, stage.open] {
            try eventually("it is seen") {
                try deeds(deadLetter, at: client) == ["operator Replay \(deadLetter) refused"]
            }
            try eventually("the letter once more") { try deadLetters("replayed-2", at: client).count == 2 }
        }
    }

    @Test func `with a key it comes to the same at any replica, and is handled once`() throws {
        let deadLetter = try refused("replayed-3")
        let first = try replay(deadLetter, key: "replay-3")
        let part = try stage.gateway()
        let replica = try part.awaitReady()
        for client in [stage.guarded, replica] {
            // The new one has begun behind it, perhaps, and asks the context then.
            let again = try replay(deadLetter, key: "replay-3", at: client)
            #expect(again.status == first.status && again.at("/detail") == first.at("/detail"), "\(again)")
        }
        // Whoever asks again is handled again.
        #expect(try replay(deadLetter, key: "replay-4").status == 404)
        try eventually("two replays") { try deadLetters("replayed-3", at: stage.guarded).count >= 3 }
        #expect(try deadLetters("replayed-3", at: stage.guarded).count == 3)
        try part.stop()
    }

    @Test func `with a key at two replicas at once it is handled once`() throws {
        let deadLetter = try refused("replayed-5")
        let part = try stage.gateway()
        let replica = try part.awaitReady()
        try eventually("the other one has it") { try deadLetters("replayed-5", at: replica).count == 1 }
        let statuses = Mutex<[Int]>([])
        let threads = [stage.guarded, replica].map { client in
            Thread("replays") {
                for _ in 0..<5 {
                    let status = (try? replay(deadLetter, key: "replay-5", at: client).status) ?? 0
                    statuses.withLock { $0.append(status) }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(statuses.withLock { $0 } == Array(repeating: 404, count: 10))
        #expect(try replay(deadLetter, key: "replay-6").status == 404)
        try eventually("two replays") { try deadLetters("replayed-5", at: stage.guarded).count >= 3 }
        #expect(try deadLetters("replayed-5", at: stage.guarded).count == 3)
        try part.stop()
    }

    @Test func `a gateway that is started again says so still`() throws {
        let directory = try Leftovers.temporaryDirectory("replays")
        let deadLetter = try refused("replayed-7")
        try register("replayed-7")
        let part = try stage.gateway { $0.stateDirectory = directory }
        let client = try part.awaitReady()
        #expect(try replay(deadLetter, key: "replay-7", at: client).status == 200)
        try part.stop()
        let next = try stage.gateway { $0.stateDirectory = directory }
        let again = try next.awaitReady()
        #expect(try deeds(deadLetter, at: again) == ["operator Replay \(deadLetter) done"])
        #expect(try replay(deadLetter, key: "replay-7", at: again).status == 200)
        #expect(try deeds(deadLetter, at: again).count == 1)
        try next.stop()
    }
}
