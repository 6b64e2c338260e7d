import Contracts
import Daemon
import Schemas
import Testing
import Threads

@testable import Gateway

/// How commands are sent, repeated and waited for.
@Suite(.timeLimit(.minutes(30))) struct CommandTests {
    private func go(_ steps: Step...) throws {
        let course = Course(try Stage.shared.get())
        course["OPERATOR"] = Stage.authorization(.operator).value
        try course.go(steps)
    }

    @Test func `a key that comes again gets the first answer, at any replica, and another body is refused`() throws {
        let (body, key) = (#"{"name":"again","capacity":5}"#, ["Idempotency-Key": "key-1"])
        try go(
            send("POST /users", body, key, 201, keep: ["U": "/id", "AT": "X-Position"]),
            send(
                "POST /users", body, key, 201, said: ["Location": "$G/users/$U", "X-Position": "$AT"],
                has: ["/id": "$U"]),
            send(
                "POST /users", #"{"name":"again","capacity":6}"#, key, 422,
                has: ["/detail": .containing("Idempotency-Key")]),
            // The path is part of what is asked for, and the context of what is remembered.
            send("POST /drs", #"{"name":"kt","type":"reliable"}"#, key, 201),
            send("POST /users", body, ["Idempotency-Key": "key-2"], 201, keep: ["V": "/id"]),
            .act { _, course in #expect(course["U"] != course["V"]) },
            // Keys are everybody's own: this is another one's first.
            send(
                "POST /users", body, key.merging(["Authorization": "$OPERATOR"]) { $1 }, 201, keep: ["W": "/id"],
                at: .guarded),
            .act { _, course in #expect(course["U"] != course["W"]) }
        )
    }

    @Test func `a key that comes with two requests at two replicas at once gets nobody the answer to the other's`()
        throws
    {
        let stage = try Stage.shared.get()
        let part = try stage.gateway()
        let clients = [stage.guarded, try part.awaitReady()]
        for round in 0..<10 {
            let threads = clients.enumerated().map { number, client in
                Thread("client") {
                    let answer = try? client.ask(
                        "POST", "/users",
                        [
                            Stage.authorization(.operator), ("Content-Type", "application/json"),
                            ("Accept", "application/json"), ("Idempotency-Key", "at-once-\(round)"),
                        ], #"{"name":"at-once-\#(number)","capacity":1}"#)
                    guard let answer, answer.status == 201 else {
                        #expect(
                            [202, 409, 422].contains(answer?.status ?? 0), "\(round): \(String(describing: answer))")
                        return
                    }
                    #expect(answer.at("/name")?.string == "at-once-\(number)")
                }
            }
            for thread in threads { thread.join() }
        }
        try part.stop()
    }

    @Test func `a refusal is repeated too`() throws {
        let (body, key) = (#"{"id":"refused","name":"n","capacity":5}"#, ["Idempotency-Key": "key-3"])
        try go(
            send("POST /users", body, 201), send("POST /users", body, key, 409, keep: ["LETTER": "Link"]),
            send("POST /users", body, key, 409, said: ["Link": "$LETTER"]))
    }

    @Test(arguments: ["", " ", "a b", "\u{7F}", "é", String(repeating: "k", count: 256)])
    func `a key that is none is refused`(_ key: String) throws {
        let answer = try Stage.shared.get().open.ask(
            "POST", "/users", [("Content-Type", "application/json"), ("Idempotency-Key", key)],
            #"{"name":"n","capacity":1}"#)
        #expect(answer.status == 400, "\(answer)")
    }

    @Test func `a key that is none is refused also where nothing has to be done`() throws {
        try go(
            send("POST /users", #"{"id":"keyless","name":"n","capacity":1}"#, 201),
            send("PUT /users/keyless", #"{"name":"n","capacity":1}"#, ["Idempotency-Key": "a b"], 400),
            send("PUT /users/keyless", #"{"name":"n","capacity":1}"#, ["Idempotency-Key": "ab"], 200))
    }

    @Test func `two keys are one too many`() throws {
        let answer = try Stage.shared.get().open.ask(
            "POST", "/users",
            [("Content-Type", "application/json"), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
            #"{"name":"n","capacity":1}"#)
        #expect(answer.status == 400, "\(answer)")
    }

    @Test func `whoever does not want to wait is told where to ask, and finds what has become of it`() throws {
        try go(
            send(
                "POST /users", #"{"id":"async","name":"n","capacity":5}"#, ["Prefer": "respond-async"], 202,
                said: ["Preference-Applied": "respond-async", "Location": "$G/commands/$C", "Retry-After": "1"],
                keep: ["C": "/id"]),
            ask(
                "GET /commands/$C", 200, said: ["X-Position": .containing("user.changelog-")],
                has: ["/state": "done", "/_links/result/href": "$G/users/async", "/kind": nil], awaited: true),
            send(
                "POST /users", #"{"id":"async","name":"n","capacity":5}"#, ["Prefer": "respond-async"], 202,
                keep: ["C": "/id"]),
            ask(
                "GET /commands/$C", 200,
                has: [
                    "/state": "refused", "/kind": "conflict", "/reason": .there,
                    "/_links/deadletter/href": .containing("/deadletters/user-"),
                ],
                awaited: true),
            ask("GET /commands/none", 404), ask("GET /commands/dr-0123456789abcdef0123456789abcdeg", 404)
        )
    }

    @Test
    func `of a command that another gateway has sent it is said that nothing is known, until something has come of it`()
        throws
    {
        let stage = try Stage(without: .user)
        let course = Course(stage)
        course["OPERATOR"] = Stage.authorization(.operator).value
        course["CUSTOMER"] = Stage.authorization(.customer, customer: "unknown").value
        try course.go([
            send(
                "POST /users", #"{"id":"unknown","name":"n","capacity":5}"#,
                ["Prefer": "respond-async", "Authorization": "$OPERATOR"], 202, keep: ["C": "/id"], at: .guarded),
            ask(
                "GET /commands/$C", ["Authorization": "$OPERATOR"], 200, said: ["Retry-After": "1"],
                has: ["/state": "pending", "/type": "RegisterUser"], at: .guarded),
            ask("GET /commands/$C", 200, said: ["Retry-After": "1"], has: ["/state": "unknown", "/type": nil]),
            // A customer is told no more of another's than of one that there is not.
            ask(
                "GET /commands/$C", ["Authorization": "$CUSTOMER"], 200, has: ["/state": "unknown", "/type": nil],
                at: .guarded),
            ask(
                "GET /commands/user-0123456789abcdef0123456789abcdef", ["Authorization": "$CUSTOMER"], 200,
                has: ["/state": "unknown", "/type": nil], at: .guarded),
            .act { stage, _ in try stage.start(.user) },
            ask(
                "GET /commands/$C", 200, has: ["/state": "done", "/_links/result/href": "$G/users/unknown"],
                awaited: true),
            ask(
                "GET /commands/$C", ["Authorization": "$CUSTOMER"], 200, has: ["/state": "unknown", "/at": nil],
                at: .guarded),
        ])
    }

    @Test func `a read that brings a write's position back finds it at any replica`() throws {
        try go(
            send("POST /users", #"{"id":"positioned","name":"n","capacity":5}"#, 201, keep: ["AT": "X-Position"]),
            ask(
                "GET /users/positioned", ["X-Position": "$AT", "Authorization": "$OPERATOR"], 200,
                has: ["/id": "positioned"], at: .guarded))
    }

    @Test(arguments: [
        "", "x", "user.changelog-0", "user.changelog-x-0", "nothing-0-0", "user.changelog--1-0", "user.changelog-0--1",
    ])
    func `a position that is none keeps nobody waiting`(_ position: String) throws {
        #expect(ViewPlace(position) == nil)
        let answer = try Stage.shared.get().open.ask("GET", "/users?size=1", [("X-Position", position)])
        #expect(answer.status == 200)
    }

    @Test func `the defaults are those that were agreed on`() {
        #expect(API.Settings().wait == .seconds(2))
        #expect(API.Settings().positionWait == .seconds(1))
        #expect(Preferences.waitLimit == 30)
    }

    @Test func `of a dead letter that is replayed the answer comes, and a dead letter that there is not is not found`()
        throws
    {
        try go(
            send("PUT /drs/replayed", #"{"status":"end"}"#, 404), ask("GET /deadletters/none", 404),
            ask("POST /deadletters/dr-0-999999/replay", 404), ask("GET /deadletters/dr-0-99999999999999999999", 404),
            send("POST /users", #"{"id":"letter","name":"n","capacity":5}"#, 201),
            send("POST /users", #"{"id":"letter","name":"n","capacity":5}"#, 409),
            ask(
                "GET /deadletters?context=user&kind=conflict&size=1", 200,
                has: [
                    "/_embedded/deadletters": .count(1), "/_embedded/deadletters/0/context": "user",
                    "/_embedded/deadletters/0/actor": .there, "/_embedded/deadletters/0/_links/replay/href": .there,
                ]),
            ask("GET /deadletters?context=nothing", 200, has: ["/_embedded/deadletters": .count(0)]),
            ask("GET /audit?q=RegisterUser&size=1", 200, has: ["/_embedded/audit/0/type": "RegisterUser"])
        )
    }
}
