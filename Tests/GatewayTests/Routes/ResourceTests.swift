import Contracts
import Testing

@testable import Gateway

/// Resources, orders that ask them, and customers who belong to them.
@Suite(.timeLimit(.minutes(30))) struct ResourceTests {
    private func go(_ steps: Step...) throws {
        try Course(try Stage.shared.get()).go(steps)
    }

    private func register(_ id: String, _ more: String, _ status: Int = 201, has: [String: Wanted] = [:]) -> Step {
        send("POST /resources", #"{"id":"\#(id)","kind":"reliable","capacity":5000\#(more)}"#, status, has: has)
    }

    @Test func `a resource is registered, changed and listed`() throws {
        try go(
            register(
                "north-1", #","region":"north","price":1952,"from":"2026-06-01","method":"Mid(6/10)""#,
                has: ["/id": "north-1", "/version": 1, "/price": 1952, "/_links/self/href": "$G/resources/north-1"]),
            ask(
                "GET /resources/north-1", 200,
                has: ["/region": "north", "/method": "Mid(6/10)", "/from": "2026-06-01", "/capacity": 5000],
                awaited: true),
            register("north-1", #","region":"north","price":7"#, 200, has: ["/version": 2, "/method": nil]),
            register("north-1", #","region":"north","price":7"#, 200, has: ["/version": 2]),
            register(
                "north-1", #","region":"south""#, 409, has: ["/detail": .containing("another one needs another id")]),
            ask("GET /resources/north-1", 200, has: ["/version": 2, "/price": 7], awaited: true),
            ask(
                "GET /resources?size=1000", 200,
                has: ["/_embedded/resources/0/id": .there, "/page/totalElements": .there]),
            ask("GET /resources/none", 404), send("POST /resources", #"{"id":"x"}"#, 422),
            // Twice done and once refused: one line each, though it lies in every partition.
            ask(
                "GET /audit?q=north-1", 200,
                has: ["/_embedded/audit/2/type": "RegisterResource", "/_embedded/audit": .count(3)], awaited: true))
    }

    @Test func `an order asks the customers of its resources, and shows it`() throws {
        try go(
            register("r-2", #","region":"east""#),
            send(
                "POST /users", #"{"id":"in-r2","name":"n","capacity":5,"resource":"r-2"}"#, 201,
                has: ["/resource": "r-2"]),
            send("POST /users", #"{"id":"no-r2","name":"n","capacity":5}"#, 201, has: ["/resource": nil]),
            ask("GET /users/no-r2", 200, awaited: true),
            send(
                "POST /drs",
                #"{"id":"of-r2","name":"kt","type":"reliable","resources":["r-2"],"quantity":900,"test":true}"#, 201,
                has: ["/resources/0": "r-2", "/unassigned": false, "/quantity": 900, "/test": true]),
            ask("GET /responses/of-r2.in-r2", 200, has: ["/resource": "r-2"], awaited: true),
            ask("GET /responses/of-r2.no-r2", 404),
            ask(
                "GET /drs/of-r2", 200,
                has: ["/resources/0": "r-2", "/quantity": 900, "/test": true, "/counts/asked": 1]),
            send(
                "POST /drs", #"{"name":"kt","type":"reliable","resources":["none"]}"#, 422,
                has: ["/detail": .containing("there is no resource none")]),
            send("POST /drs", #"{"name":"kt","type":"reliable","resource":"r-2"}"#, 422),
            ask("DELETE /drs/of-r2", 200))
    }

    @Test func `an order that runs asks others, and orders another quantity`() throws {
        try go(
            register("r-5", #","region":"west""#), register("r-6", #","region":"far west""#),
            send("POST /users", #"{"id":"in-r5","name":"n","capacity":5,"resource":"r-5"}"#, 201),
            send("POST /users", #"{"id":"in-r6","name":"n","capacity":5,"resource":"r-6"}"#, 201),
            ask("GET /users/in-r6", 200, awaited: true),
            send("POST /drs", #"{"id":"of-r2a","name":"kt","type":"reliable","resources":["r-5"]}"#, 201),
            ask("GET /responses/of-r2a.in-r5", 200, awaited: true),
            send("PATCH /drs/of-r2a", #"{"quantity":7}"#, 200, has: ["/quantity": 7, "/resources/0": "r-5"]),
            send("PATCH /drs/of-r2a", #"{"resources":["r-6"],"quantity":7}"#, 200, has: ["/resources/0": "r-6"]),
            ask("GET /responses/of-r2a.in-r5", 200, has: ["/cancelled": true], awaited: true),
            ask("GET /responses/of-r2a.in-r6", 200, has: ["/cancelled": false], awaited: true),
            send("PATCH /drs/of-r2a", #"{"resources":["r-6"]}"#, 200, said: ["X-Position": .absent]),
            send("PATCH /drs/of-r2a", #"{"resources":["none"]}"#, 422),
            send("PATCH /drs/of-r2a", "{}", 422), ask("DELETE /drs/of-r2a", 200))
    }

    @Test(arguments: ["PATCH", "PUT"]) func `a customer's resource changes where it is named`(method: String) throws {
        let id = "moves-\(method)"
        try go(
            send("POST /users", #"{"id":"\#(id)","name":"n","capacity":5,"resource":"r-3"}"#, 201),
            ask("GET /users/\(id)", 200, has: ["/resource": "r-3"], awaited: true),
            send(
                "\(method) /users/\(id)", #"{"name":"m","capacity":5}"#, 200, has: ["/resource": "r-3", "/name": "m"]),
            send(
                "\(method) /users/\(id)", #"{"name":"m","capacity":5,"resource":"r-4"}"#, 200, has: ["/resource": "r-4"]
            ),
            ask("GET /users/\(id)", 200, has: ["/resource": "r-4"], awaited: true),
            send(
                "\(method) /users/\(id)", #"{"name":"m","capacity":5,"resource":"r-4"}"#, 200,
                said: ["X-Position": .absent]),
            send("\(method) /users/\(id)", #"{"name":"m","capacity":5,"resource":""}"#, 200, has: ["/resource": nil]),
            send("\(method) /users/\(id)", #"{"name":"m","capacity":5,"resources":["r-4"]}"#, 422))
    }

    @Test(arguments: [Role.auditor, .customer]) func `nobody else than an operator registers one`(role: Role) throws {
        let stage = try Stage.shared.get()
        let token = Stage.authorization(role, customer: "nobody")
        #expect(try stage.guarded.ask("POST", "/resources", [token]).status == 403)
        #expect(try stage.guarded.ask("GET", "/resources", [token]).status == (role == .auditor ? 200 : 403))
    }
}
