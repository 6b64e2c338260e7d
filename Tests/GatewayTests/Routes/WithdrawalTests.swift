import Contracts
import Schemas
import Testing

@testable import Gateway

/// Points that are paid out, given back and corrected by hand.
@Suite(.timeLimit(.minutes(30))) struct WithdrawalTests {
    private func go(_ steps: Step...) throws { try Course(try Stage.shared.get()).go(steps) }

    /// A customer with 100 points, some of which are to be paid out.
    private func withdraw(_ user: String, _ withdrawals: [(id: String, amount: Int)]) throws {
        try go(
            send("POST /users", #"{"id":"\#(user)","name":"n","capacity":5}"#, 201),
            ask("GET /users/\(user)", 200, awaited: true),
            send(
                "POST /users/\(user)/adjustments", #"{"id":"start","amount":100,"reason":"welcome"}"#, 201,
                has: ["/point": 100]))
        for (id, amount) in withdrawals {
            try Stage.shared.get().send(
                .userCommands, key: user,
                #"{"eventType":"WithdrawPoint","id":"\#(id)","userId":"\#(user)","amount":\#(amount)}"#)
        }
        for (id, _) in withdrawals {
            try go(ask("GET /users/\(user)/withdrawals/\(id.replacing(" ", with: "%20"))", 200, awaited: true))
        }
    }

    @Test func `a withdrawal is confirmed once, whoever asks again`() throws {
        try withdraw("paid", [("w 1", 30)])
        let own = "/users/paid/withdrawals/w%201"
        try go(
            ask(
                "GET \(own)", 200,
                has: [
                    "/id": "w 1", "/userId": "paid", "/amount": 30, "/status": "requested", "/answeredAt": nil,
                    "/_links/confirm/href": "$G/users/paid/withdrawals/w%201/confirm",
                    "/_links/fail/href": "$G/users/paid/withdrawals/w%201/fail",
                ]),
            ask("PUT \(own)/confirm", ["If-Match": #""other""#], 412),
            send(
                "PUT \(own)/confirm", #"{"reference":"bank 7"}"#, ["Idempotency-Key": "p-1"], 200,
                said: ["X-Position": .there],
                has: [
                    "/status": "paid", "/reference": "bank 7", "/answeredAt": .there, "/reason": nil,
                    "/_links/confirm": .absent,
                ]),
            send(
                "PUT \(own)/confirm", #"{"reference":"bank 7"}"#, ["Idempotency-Key": "p-1"], 200,
                has: ["/status": "paid"]),
            ask("GET \(own)", 200, has: ["/status": "paid"], awaited: true),
            ask("PUT \(own)/confirm", 200, said: ["X-Position": .absent], has: ["/status": "paid"]),
            send(
                "PUT \(own)/confirm", #"{"reference":"bank 8"}"#, 409, said: ["Link": .containing("deadletter")],
                has: ["/detail": .containing("has been confirmed already")]),
            send("PUT \(own)/fail", #"{"reason":"r"}"#, 409, has: ["/detail": .containing("it cannot fail any more")]),
            ask(
                "GET /users/paid/ledger", 200,
                has: [
                    "/_embedded/ledger": .count(2), "/_embedded/ledger/0/kind": "withdrawal",
                    "/_embedded/ledger/0/status": "paid", "/_embedded/ledger/1/kind": "adjustment",
                    "/_embedded/ledger/1/adjustmentId": "start", "/_embedded/ledger/1/status": nil,
                ]),
            ask(
                "GET /audit?q=paid", 200,
                has: [
                    "/_embedded/audit/0/type": "FailWithdrawal", "/_embedded/audit/0/outcome": "refused",
                    "/_embedded/audit/2/type": "ConfirmWithdrawal", "/_embedded/audit/2/outcome": "done",
                ], awaited: true))
    }

    @Test func `a withdrawal that fails gives the points back`() throws {
        try withdraw("back", [("w", 30)])
        let own = "/users/back/withdrawals/w"
        try go(
            send("PUT \(own)/fail", "{}", 422),
            send(
                "PUT \(own)/fail", #"{"reason":"no account"}"#, 200,
                has: ["/status": "failed", "/reason": "no account", "/reference": nil]),
            ask("GET /users/back", 200, has: ["/point": 100], awaited: true),
            ask(
                "GET /users/back/ledger", 200,
                has: [
                    "/_embedded/ledger/0/kind": "give-back", "/_embedded/ledger/0/points": 30,
                    "/_embedded/ledger/0/withdrawalId": "w", "/_embedded/ledger/0/reason": "no account",
                    "/_embedded/ledger/1/status": "failed",
                ]),
            send("PUT \(own)/fail", #"{"reason":"no account"}"#, 200, said: ["X-Position": .absent]),
            ask("PUT \(own)/confirm", 409, has: ["/detail": .containing("cannot be confirmed any more")]),
            ask("GET /users/back/withdrawals/none", 404), ask("PUT /users/back/withdrawals/none/confirm", 404))
    }

    @Test func `what waits for an answer is listed`() throws {
        try withdraw("waits", [("a", 1), ("b", 2), ("c", 3)])
        try go(
            ask("PUT /users/waits/withdrawals/b/confirm", 200),
            ask("GET /users/waits/withdrawals/b", 200, has: ["/status": "paid"], awaited: true),
            ask("GET /withdrawals?status=requested&size=1000", 200, has: ["/page/totalElements": .there]),
            ask("GET /withdrawals?status=nothing", 400))
        let open = try Stage.shared.get().open
        for (status, wanted) in [("requested", ["a", "c"]), ("paid", ["b"])] {
            let list = try open.ask("GET", "/withdrawals?status=\(status)&size=1000").at("/_embedded/withdrawals")
            let own = (list?.array ?? []).filter { $0["userId"]?.string == "waits" }
            #expect(own.compactMap { $0["id"]?.string }.sorted() == wanted)
        }
    }

    @Test func `a balance is corrected once, and below nothing only where that is meant`() throws {
        try withdraw("adjusted", [])
        let path = "POST /users/adjusted/adjustments"
        try go(
            send(path, #"{"amount":0,"reason":"r"}"#, 422), send(path, #"{"amount":1}"#, 422),
            send(path, #"{"id":"start","amount":1,"reason":"r"}"#, 409),
            send(path, #"{"amount":-101,"reason":"r"}"#, 422, has: ["/detail": .containing("\"force\": true")]),
            send(
                path, #"{"amount":-101,"reason":"r","force":true}"#, ["Idempotency-Key": "a-1"], 201,
                said: ["Location": .containing("/users/adjusted/ledger")], has: ["/point": -1]),
            send(
                path, #"{"amount":-101,"reason":"r","force":true}"#, ["Idempotency-Key": "a-1"], 201,
                has: ["/point": -1]),
            ask(
                "GET /audit?q=adjusted", 200,
                has: ["/_embedded/audit/0/type": "AdjustPoint", "/_embedded/audit/0/outcome": "done"], awaited: true),
            send("POST /users/nobody-at-all/adjustments", #"{"amount":1,"reason":"r"}"#, 404))
    }

    @Test(arguments: [Role.auditor, .customer]) func `nobody else than an operator pays or corrects`(role: Role) throws
    {
        let client = try Stage.shared.get().guarded
        let token = Stage.authorization(role, customer: "nobody")
        for request in ["withdrawals/w/confirm", "withdrawals/w/fail"] {
            #expect(try client.ask("PUT", "/users/nobody/\(request)", [token]).status == 403)
        }
        #expect(try client.ask("POST", "/users/nobody/adjustments", [token]).status == 403)
        #expect(try client.ask("GET", "/withdrawals", [token]).status == (role == .auditor ? 200 : 403))
    }
}
