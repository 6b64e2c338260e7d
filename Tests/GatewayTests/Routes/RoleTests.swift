import Contracts
import Testing

@testable import Gateway

/// Who may what, over HTTP: a customer's own things are his, and of all others there are none.
@Suite(.timeLimit(.minutes(30))) struct RoleTests {
    private let course: Course

    /// Customers `mine` and `theirs`, both asked by one order.
    init() throws {
        course = Course(try Stage.shared.get())
        course["ME"] = Stage.authorization(.customer, customer: "mine").value
        course["OPERATOR"] = Stage.authorization(.operator).value
        course["AUDITOR"] = Stage.authorization(.auditor).value
        try course.go([
            send("PUT /users/mine", "{}", ["Authorization": "$OPERATOR"], 404, at: .guarded)
        ])
    }

    private static func make(_ suffix: String) -> [Step] {
        ["mine", "theirs"].map { send("POST /users", #"{"id":"\#($0)\#(suffix)","name":"n","capacity":1}"#, 201) }
            + [send("POST /drs", #"{"id":"roles\#(suffix)","name":"kt","type":"reliable"}"#, 201)]
            + ["mine", "theirs"].map { user in
                // At the other replica too.
                ask(
                    "GET /responses/roles\(suffix).\(user)\(suffix)", ["Authorization": "$OPERATOR"], 200, at: .guarded,
                    awaited: true)
            }
    }

    @Test func `a customer sees and answers what is his, and of others there is nothing`() throws {
        let me = ["Authorization": "$ME"]
        course["ME"] = Stage.authorization(.customer, customer: "mine1").value
        try course.go(Self.make("1"))
        try course.go([
            ask("GET /me", me, 200, has: ["/role": "customer", "/userId": "mine1", "/mayWrite": true], at: .guarded),
            ask("GET /users/mine1", me, 200, has: ["/id": "mine1"], at: .guarded),
            ask("GET /users/mine1/ledger", me, 200, at: .guarded), ask("GET /users/theirs1", me, 404, at: .guarded),
            ask("GET /users/theirs1/ledger", me, 404, at: .guarded),
            ask(
                "GET /responses?drId=roles1", me, 200,
                has: [
                    "/_embedded/responses": .count(1), "/_embedded/responses/0/userId": "mine1",
                    "/page/totalElements": 1,
                ], at: .guarded),
            ask(
                "GET /responses?userId=theirs1", me, 200, has: ["/_embedded/responses/0/userId": "mine1"], at: .guarded),
            ask(
                "GET /responses/search/findByDrId?drId=roles1", me, 200, has: ["/_embedded/responses": .count(1)],
                at: .guarded),
            ask("GET /responses/roles1.mine1", me, 200, has: ["/_links/accept": .there], at: .guarded),
            ask("GET /responses/roles1.theirs1", me, 404, at: .guarded),
            ask("PUT /responses/roles1.theirs1/accept", me, 404, at: .guarded),
            send("PUT /responses/roles1.theirs1", #"{"answer":"deny"}"#, me, 404, at: .guarded),
            ask("PUT /responses/roles1.mine1/accept", me, 200, has: ["/answer": "accept"], at: .guarded),
            ask("GET /kepcos?userId=theirs1", me, 200, has: ["/page/totalElements": 0], at: .guarded),
            ask("GET /kepcos/roles1.theirs1", me, 404, at: .guarded),
            // An order is everybody's, and what it comes to is not.
            ask(
                "GET /drs/roles1", me, 200,
                has: ["/id": "roles1", "/counts": .absent, "/reduction": .absent, "/_links/end": .absent], at: .guarded),
        ])
    }

    @Test func `ids that look alike are those of two customers`() throws {
        course["ME"] = Stage.authorization(.customer, customer: "alike-\u{E9}").value
        for id in ["alike-\u{E9}", "alike-e\u{301}"] {
            try course.go([send("POST /users", #"{"id":"\#(id)","name":"n","capacity":1}"#, 201)])
        }
        let me = ["Authorization": "$ME"]
        try course.go([
            ask("GET /users/alike-%C3%A9", me, 200, at: .guarded, awaited: true),
            ask("GET /users/alike-e%CC%81", ["Authorization": "$OPERATOR"], 200, at: .guarded, awaited: true),
            ask("GET /users/alike-e%CC%81", me, 404, at: .guarded),
        ])
    }

    static let operators = [
        "POST /users", "PUT /users/mine", "PATCH /users/mine", "POST /drs", "POST /drs/startdr", "POST /startdr",
        "PUT /drs/roles",
        "PATCH /drs/roles", "PUT /drs/roles/end", "PUT /users/mine/withdrawals/w/confirm",
        "PUT /users/mine/withdrawals/w/fail", "POST /users/mine/adjustments", "POST /drs/roles/kpx",
        "POST /deadletters/dr-0-0/replay",
    ]
    static let overviews = [
        "GET /users", "GET /users/search", "GET /users/search/findByName?name=n", "GET /deadletters",
        "GET /deadletters/dr-0-0", "GET /withdrawals", "GET /drs/roles/kpx", "GET /audit", "GET /health", "GET /live",
    ]

    @Test(arguments: operators) func `only operators change orders and customers`(_ request: String) throws {
        for role in ["$ME", "$AUDITOR"] {
            try course.go([send(request, "{}", ["Authorization": role], 403, at: .guarded)])
        }
    }

    @Test(arguments: overviews) func `a customer has no overview`(_ request: String) throws {
        try course.go([ask(request, ["Authorization": "$ME"], 403, at: .guarded)])
    }

    @Test func `an auditor reads all and answers for nobody`() throws {
        let auditor = ["Authorization": "$AUDITOR"]
        try course.go(Self.make("2"))
        try course.go([
            ask("GET /me", auditor, 200, has: ["/role": "auditor", "/userId": nil, "/mayWrite": false], at: .guarded),
            ask("GET /users/mine2", auditor, 200, at: .guarded), ask("GET /deadletters", auditor, 200, at: .guarded),
            ask("GET /drs/roles2", auditor, 200, has: ["/counts/asked": .there, "/_links/end": .absent], at: .guarded),
            ask("GET /responses/roles2.mine2", auditor, 200, has: ["/_links/accept": .absent], at: .guarded),
            ask("PUT /responses/roles2.mine2/accept", auditor, 403, at: .guarded),
            send("PUT /responses/roles2.mine2", #"{"answer":"deny"}"#, auditor, 403, at: .guarded),
        ])
    }

    @Test(
        arguments: operators + overviews + [
            "GET /drs", "GET /drs/none", "GET /me", "GET /kepcos", "GET /responses", "GET /commands/none",
        ])
    func `without a token nobody gets in`(_ request: String) throws {
        try course.go([ask(request, 401, said: ["WWW-Authenticate": .containing("Bearer")], at: .guarded)])
    }

    @Test(arguments: ["/", "/web/app.js", "/livez", "/readyz", "/actuator/health"])
    func `pages and probes come without one`(_ path: String) throws {
        let answer = try Stage.shared.get().guarded.ask("GET", path)
        #expect(answer.status == 200 && answer["X-Content-Type-Options"] == "nosniff", "\(answer)")
    }

    @Test func `who asks too often is told when to come again, and nobody else`() throws {
        let part = try Stage.shared.get().gateway([("rate-limit", "1"), ("rate-limit-burst", "2")])
        let client = try part.awaitReady()
        let header = Stage.authorization(.customer, customer: "hasty")
        var answers: [WebClient.Answer] = []
        // A slow machine gets some more.
        repeat {
            answers.append(try client.ask("GET", "/me", [header]))
        } while answers.last?.status == 200 && answers.count < 1000
        let refused = try #require(answers.last)
        #expect(answers.count > 2 && refused.status == 429 && refused["Retry-After"] != nil, "\(refused)")
        #expect(refused["RateLimit"]?.contains("r=0") == true && refused["RateLimit-Policy"] != nil)
        #expect(refused["Content-Type"] == "application/problem+json")
        #expect(try client.ask("GET", "/me", [Stage.authorization(.customer, customer: "slow")]).status == 200)
        try part.stop()
    }
}
