import Contracts
import Testing

@testable import Gateway

/// A customer leaves, and comes back.
@Suite(.timeLimit(.minutes(30))) struct UserLeavingTests {
    private func go(_ steps: Step...) throws {
        try Course(try Stage.shared.get()).go(steps)
    }

    private func register(_ id: String, _ status: Int = 201, keep: [String: String] = [:]) -> Step {
        send("POST /users", #"{"id":"\#(id)","name":"n","capacity":5}"#, status, keep: keep)
    }

    @Test func `a customer leaves once, whoever asks again`() throws {
        try go(
            register("leaves", keep: ["TAG": "ETag"]),
            ask("GET /users/leaves", 200, has: ["/leftAt": nil], awaited: true),
            ask("DELETE /users/leaves", ["If-Match": #""other""#], 412),
            ask(
                "DELETE /users/leaves?reason=moves%20away", ["Idempotency-Key": "l-1", "If-Match": "$TAG"], 200,
                said: ["X-Position": .there],
                has: ["/id": "leaves", "/leftAt": .there, "/point": 0, "/_links/ledger/href": "$G/users/leaves/ledger"]),
            ask("DELETE /users/leaves?reason=moves%20away", ["Idempotency-Key": "l-1"], 200, has: ["/leftAt": .there]),
            ask("DELETE /users/leaves?reason=other", ["Idempotency-Key": "l-1"], 422),
            ask("DELETE /users/leaves", 200, said: ["X-Position": .absent], has: ["/leftAt": .there]),
            ask("GET /users/leaves", 200, has: ["/leftAt": .there], awaited: true),
            ask("GET /users?q=leaves", 200, has: ["/_embedded/users/0/leftAt": .there]),
            ask("GET /audit?q=leaves", 200, has: ["/_embedded/audit/0/type": "LeaveUser"], awaited: true),
            ask("DELETE /users/nobody-at-all", 404)
        )
    }

    @Test(arguments: ["PATCH", "PUT"])
    func `who has left is not changed, and comes back by being registered`(method: String) throws {
        let id = "back-\(method)"
        try go(
            register(id), ask("DELETE /users/\(id)", 200),
            send(
                "\(method) /users/\(id)", #"{"name":"n","capacity":6}"#, 422, said: ["Link": .containing("deadletter")],
                has: ["/detail": .containing("RegisterUser takes the customer in again")]),
            // Nor where nothing would change.
            send(
                "\(method) /users/\(id)", #"{"name":"n","capacity":5}"#, 422,
                has: ["/detail": .containing("customer \(id) left at")]),
            send(
                "POST /users", #"{"id":"\#(id)","name":"again","capacity":7}"#, 201,
                has: ["/leftAt": nil, "/name": "again", "/capacity": 7]),
            ask("GET /users/\(id)", 200, has: ["/leftAt": nil, "/name": "again"], awaited: true),
            send("\(method) /users/\(id)", #"{"name":"n","capacity":6}"#, 200)
        )
    }

    @Test func `who has left is not asked for later orders`() throws {
        try go(
            register("goes"), register("stays"), ask("DELETE /users/goes", 200),
            ask("GET /users/goes", 200, has: ["/leftAt": .there], awaited: true),
            send("POST /drs", #"{"id":"without-goes","name":"kt","type":"reliable"}"#, 201),
            ask("GET /responses/without-goes.stays", 200, awaited: true),
            ask("GET /responses/without-goes.goes", 404),
            ask("DELETE /drs/without-goes", 200))
    }

    @Test(arguments: [Role.auditor, .customer])
    func `nobody else than an operator takes customers off`(role: Role) throws {
        let stage = try Stage.shared.get()
        let token = Stage.authorization(role, customer: "nobody")
        #expect(try stage.guarded.ask("DELETE", "/users/nobody", [token]).status == 403)
    }

    @Test func `the view keeps when customers have left, also as it is made`() throws {
        let model = try Model()
        try model.take([.user("a"), .left("b", "2026-11-21T09:00:00Z"), .left("a", "2026-11-21T09:00:01Z"), .user("b")])
        #expect(try model.queries.user("a")?.leftAt == 1_795_251_601_000)
        #expect(try model.queries.user("b")?.leftAt == nil)
    }
}
