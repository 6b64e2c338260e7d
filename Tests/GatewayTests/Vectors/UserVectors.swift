/// Customers: V01 to V20.
extension Vector {
    private static let first = #"{"id":"u1","name":"samsung","point":0,"capacity":400}"#

    static let users: [Vector] = [
        Vector(
            "V01",
            send(
                "POST /users", first, ["Idempotency-Key": "first"], 201,
                said: [
                    "Location": "$G/users/u1", "Content-Type": "application/hal+json",
                    "X-Position": .containing("user.changelog-"),
                ],
                has: [
                    "/id": "u1", "/name": "samsung", "/point": 0, "/capacity": 400, "/_links/self/href": "$G/users/u1",
                    "/_links/user/href": "$G/users/u1",
                ]),
            send(
                "POST /users", #"{"name":"lg","capacity":295}"#, 201, said: ["Location": .containing("$G/users/u-")],
                keep: ["LG": "/id"])
        ),
        Vector(
            "V02",
            send("POST /users", first, 409, said: ["Location": "$G/users/u1"], has: ["/detail": .containing("u1")]),
            send(
                "POST /users", first, ["Idempotency-Key": "first"], 201, said: ["Location": "$G/users/u1"],
                has: ["/id": "u1", "/capacity": 400])
        ),
        Vector(
            "V03",
            send(
                "POST /users", #"{"name":"x"}"#, 422,
                has: ["/errors/0/pointer": "/capacity", "/message": .containing("capacity")])),
        Vector(
            "V04",
            send("POST /users", #"{"name":"x","capacity":1,"point":1000}"#, 422, has: ["/errors/0/pointer": "/point"])),
        Vector("V05", send("POST /users", "{", 400, has: ["/message": .containing("cannot be read")])),
        Vector(
            "V06",
            ask(
                "POST /users", ["Content-Type": "text/plain"], first, 415,
                said: ["Accept-Post": "application/json, application/hal+json"])),
        Vector(
            "V07", deviation: "there is no link to a profile, as V46 has it",
            send("POST /users", #"{"id":"u3","name":"sk","capacity":383}"#, 201),
            ask(
                "GET /users", 200, said: ["Content-Type": "application/hal+json", "ETag": .there],
                has: [
                    "/_embedded/users": .count(3), "/_embedded/users/1/id": "u1",
                    "/_embedded/users/1/_links/self/href": "$G/users/u1",
                    "/_embedded/users/1/_links/user/href": "$G/users/u1", "/_links/self/href": "$G/users",
                    "/_links/search/href": "$G/users/search", "/_links/first": .absent, "/_links/last": .absent,
                    "/_links/profile": .absent, "/page/size": 20, "/page/totalElements": 3, "/page/totalPages": 1,
                    "/page/number": 0,
                ])
        ),
        Vector(
            "V08",
            ask(
                "GET /users?size=2", 200,
                has: [
                    "/_embedded/users": .count(2), "/_links/first/href": "$G/users?page=0&size=2",
                    "/_links/prev": .absent,
                    "/_links/self/href": "$G/users?size=2", "/_links/next/href": "$G/users?page=1&size=2",
                    "/_links/last/href": "$G/users?page=1&size=2", "/page/totalPages": 2,
                ])),
        Vector(
            "V09",
            ask(
                "GET /users?page=1&size=2", 200,
                has: [
                    "/_embedded/users": .count(1), "/_links/first": .there,
                    "/_links/prev/href": "$G/users?page=0&size=2",
                    "/_links/self/href": "$G/users?page=1&size=2", "/_links/next": .absent, "/_links/last": .there,
                    "/page/number": 1,
                ])),
        Vector(
            "V10", deviation: "of one page there is neither first nor last, behind it as before: V07; so the size is 2",
            ask(
                "GET /users?page=9&size=2", 200,
                has: [
                    "/_embedded/users": .count(0), "/page/number": 9, "/page/totalElements": 3, "/page/totalPages": 2,
                    "/_links/first": .there, "/_links/prev": .there, "/_links/self": .there, "/_links/last": .there,
                    "/_links/next": .absent,
                ])),
        Vector(
            "V11",
            ask("GET /users?size=0", 200, has: ["/page/size": 20]),
            ask("GET /users?size=-1", 200, has: ["/page/size": 20]),
            ask("GET /users?size=x", 200, has: ["/page/size": 20]),
            ask("GET /users?size=5000", 200, has: ["/page/size": 1000]),
            ask("GET /users?page=-1", 200, has: ["/page/number": 0]),
            ask("GET /users?page=x", 200, has: ["/page/number": 0])
        ),
        Vector(
            "V12",
            ask(
                "GET /users?sort=name,desc&size=2", 200,
                has: [
                    "/_embedded/users/0/name": "sk", "/_embedded/users/1/name": "samsung",
                    "/_links/next/href": "$G/users?page=1&size=2&sort=name,desc",
                ]),
            ask("GET /users?sort=nothing", 200, has: ["/_embedded/users": .count(3)]),
            ask("GET /users?sort=-nothing", 200, has: ["/_embedded/users": .count(3)])
        ),
        Vector(
            "V13",
            ask(
                "GET /users/u1", 200, said: ["ETag": .there], has: ["/id": "u1", "/name": "samsung"],
                keep: ["TAG": "ETag"]),
            ask("GET /users/u1", ["If-None-Match": "$TAG"], 304, said: ["ETag": "$TAG"], empty: true)
        ),
        Vector("V14", ask("GET /users/none", 404)),
        Vector(
            "V15",
            ask(
                "HEAD /users", 200,
                said: [
                    "Link": .containing(#"<$G/users/search>; rel="search""#), "ETag": .there, "Content-Length": .there,
                ],
                empty: true),
            ask("HEAD /users/u1", 200, said: ["Link": #"<$G/users/u1>; rel="self""#, "ETag": "$TAG"], empty: true)
        ),
        Vector(
            "V16",
            ask(
                "GET /users/search", 200,
                has: [
                    "/_links/findByName/href": "$G/users/search/findByName{?name}",
                    "/_links/findByName/templated": true,
                    "/_links/self/href": "$G/users/search",
                ])),
        Vector(
            "V17",
            ask(
                "GET /users/search/findByName?name=samsung", 200,
                has: ["/id": "u1", "/_links/self/href": "$G/users/u1"]),
            ask("GET /users/search/findByName?name=nobody", 404),
            send("POST /users", #"{"id":"u4","name":"samsung","capacity":1}"#, 201),
            ask("GET /users/search/findByName?name=samsung", 409)
        ),
        Vector(
            "V18",
            send(
                "PUT /users/u1", #"{"name":"samsung","point":0,"capacity":500}"#, 200,
                said: ["Location": "$G/users/u1"],
                has: ["/id": "u1", "/capacity": 500, "/name": "samsung"]),
            send(
                "PUT /users/u1", #"{"name":"samsung","point":7,"capacity":500}"#, 409,
                has: ["/errors/0/pointer": "/point"]),
            send(
                "PUT /users/u1", #"{"name":"samsung","point":0,"capacity":500}"#, 200, said: ["X-Position": .absent],
                has: ["/capacity": 500])
        ),
        Vector(
            "V19",
            ask(
                "PATCH /users/u1", ["Content-Type": "application/merge-patch+json"], #"{"capacity":600}"#, 200,
                has: ["/capacity": 600, "/name": "samsung"]),
            ask(
                "PATCH /users/u1", ["Content-Type": "application/merge-patch+json", "If-Match": "$TAG"],
                #"{"capacity":700}"#, 412,
                said: ["ETag": .there]),
            ask("GET /users/u1", 200, has: ["/capacity": 600])
        ),
        // There is a command for it now, and who has left is not asked any more: the others are needed further down.
        Vector("V20", ask("DELETE /users/nobody", 404)),
    ]
}
