@testable import Gateway

/// Answers to an order: V33 to V40.
extension Vector {
    /// While the order runs.
    static let responses: [Vector] = [
        Vector(
            "V33",
            ask(
                "GET /responses?drId=$D", 200,
                has: [
                    "/_embedded/responses": .count(4), "/page/totalElements": 4, "/_embedded/responses/1/id": "$D.u1",
                    "/_embedded/responses/1/userId": "u1", "/_embedded/responses/1/userName": "samsung",
                    "/_embedded/responses/1/drId": "$D", "/_embedded/responses/1/answer": "ignore",
                    "/_embedded/responses/1/userCapacity": 600,
                    "/_embedded/responses/1/_links/self/href": "$G/responses/$D.u1",
                    "/_embedded/responses/1/_links/accept/href": "$G/responses/$D.u1/accept",
                    "/_embedded/responses/1/_links/deny/href": "$G/responses/$D.u1/deny",
                ], awaited: true),
            ask(
                "GET /responses?drId=$D&page=1&size=3", 200,
                has: ["/_embedded/responses": .count(1), "/_embedded/responses/0/userId": "u4"])
        ),
        Vector(
            "V34",
            ask(
                "PUT /responses/$D.u1/accept", 200, said: ["Content-Type": "application/json"],
                has: [
                    "/id": "$D.u1", "/userId": "u1", "/userName": "samsung", "/drId": "$D", "/answer": "accept",
                    "/userCapacity": 600,
                    "/_links/deny": .there,
                ]),
            ask("PUT /responses/$D.u3/deny", 200, has: ["/answer": "deny"])
        ),
        Vector(
            "V35",
            send(
                "PUT /responses/$D.u1",
                #"{"userId":"u1","userName":"samsung","drId":"$D","answer":"deny","userCapacity":600}"#, 200,
                said: ["Content-Type": "application/hal+json"], has: ["/answer": "deny"]),
            send(
                "PUT /responses/$D.u1", #"{"userId":"u2","answer":"deny"}"#, 409, has: ["/errors/0/pointer": "/userId"]),
            send(
                "PUT /responses/$D.u1", #"{"answer":"accept","userCapacity":5}"#, 409,
                has: ["/errors/0/pointer": "/userCapacity"]),
            ask("GET /responses/$D.u1", 200, has: ["/answer": "deny"])
        ),
        Vector("V36", ask("PUT /responses/none/accept", 404), ask("PUT /responses/$D.none/accept", 404)),
        Vector(
            "V38",
            .act { _, course in
                for user in ["u1", "u3"] {
                    course[user.uppercased()] = Stage.authorization(.customer, customer: user).value
                }
            },
            // His own, and so it is there.
            ask(
                "GET /responses/$D.u1", ["Authorization": "$U1"], 200, has: ["/answer": "deny"], at: .guarded,
                awaited: true),
            ask("PUT /responses/$D.u1/accept", ["Authorization": "$U3"], 404, at: .guarded),
            ask("GET /responses/$D.u1", ["Authorization": "$U3"], 404, at: .guarded),
            ask("PUT /responses/$D.u1/accept", ["Authorization": "$U1"], 200, has: ["/answer": "accept"], at: .guarded)
        ),
        Vector(
            "V39",
            ask(
                "GET /responses/search/findByDrId?drId=$D", 200,
                has: [
                    "/_embedded/responses": .count(4), "/page": .absent,
                    "/_links/self/href": "$G/responses/search/findByDrId?drId=$D",
                ]),
            ask("GET /responses/search/findByDrId?drId=none", 200, has: ["/_embedded/responses": .count(0)]),
            ask("GET /responses/search/findByDrId", 400)
        ),
        Vector(
            "V40",
            send("POST /responses", "{}", 405, said: ["Allow": "GET, HEAD, OPTIONS"]),
            ask("DELETE /responses/$D.u1", 405, said: ["Allow": "GET, HEAD, OPTIONS, PATCH, PUT"]),
            send("POST /kepcos", "{}", 405, said: ["Allow": "GET, HEAD, OPTIONS"]),
            send("PUT /kepcos/$D.u1", "{}", 405, said: ["Allow": "GET, HEAD, OPTIONS"]),
            ask("DELETE /kepcos/$D.u1", 405, said: ["Allow": "GET, HEAD, OPTIONS"])
        ),
    ]

    /// When it has ended.
    static let lateResponses = [
        Vector(
            "V37",
            ask(
                "PUT /responses/$D.u1/deny", 409, said: ["Link": .containing(#"rel="deadletter""#)],
                has: ["/detail": .containing("ended")]))
    ]
}
