import Contracts
import Daemon
import Schemas
import Testing

@testable import Gateway

/// Tags, pages and bodies.
@Suite(.timeLimit(.minutes(30))) struct ReadTests {
    private func go(_ steps: Step...) throws { try Course(Stage.shared.get()).go(steps) }

    @Test func `a tag says whether someone knows the answer, and whether he changes what he has seen`() throws {
        try go(
            send("POST /users", #"{"id":"tagged","name":"n","capacity":5}"#, 201),
            ask("GET /users/tagged", 200, said: ["ETag": .there], keep: ["OLD": "ETag"]),
            ask("GET /users/tagged", ["If-None-Match": "$OLD"], 304, said: ["ETag": "$OLD"], empty: true),
            ask("GET /users/tagged", ["If-None-Match": #""x", W/$OLD"#], 304, empty: true),
            ask("HEAD /users/tagged", ["If-None-Match": "*"], 304, empty: true),
            ask("GET /users/tagged", ["If-None-Match": #""x""#], 200),
            send("PATCH /users/tagged", #"{"capacity":6}"#, ["If-Match": #""x""#], 412, said: ["ETag": "$OLD"]),
            send("PATCH /users/tagged", #"{"capacity":6}"#, ["If-Match": #""x", $OLD"#], 200, has: ["/capacity": 6]),
            send("PATCH /users/tagged", #"{"capacity":7}"#, ["If-Match": "$OLD"], 412, said: ["ETag": .there]),
            send("PATCH /users/tagged", #"{"capacity":7}"#, ["If-Match": "*"], 200, has: ["/capacity": 7]),
            ask("GET /users/tagged", ["If-None-Match": "$OLD"], 200, has: ["/capacity": 7])
        )
    }

    @Test func `what a write has left has the tag that it is read with afterwards`() throws {
        try go(
            send("POST /users", #"{"id":"left","name":"n","capacity":5}"#, 201, keep: ["POSTED": "ETag"]),
            ask("GET /users/left", ["If-None-Match": "$POSTED"], 304),
            send("PATCH /users/left", #"{"capacity":6}"#, 200, keep: ["PATCHED": "ETag"]),
            ask("GET /users/left", ["If-None-Match": "$POSTED"], 200),
            ask("GET /users/left", ["If-None-Match": "$PATCHED"], 304),
            send("PATCH /users/left", #"{"capacity":6}"#, 200, said: ["ETag": "$PATCHED"]),
            send("POST /drs", #"{"id":"left","name":"kt","type":"reliable"}"#, 201),
            ask("GET /responses/left.left", 200, keep: ["ASKED": "ETag"], awaited: true),
            send(
                "PUT /responses/left.left", #"{"answer":"deny"}"#, ["If-Match": "$ASKED"], 200, keep: ["SAID": "ETag"]),
            ask("GET /responses/left.left", ["If-None-Match": "$SAID"], 304),
            ask("GET /drs/left", 200, keep: ["OPEN": "ETag"]),
            // Its figures move meanwhile, as they always do.
            send("PUT /responses/left.left", #"{"answer":"accept"}"#, 200),
            ask("GET /drs/left", 200, has: ["/counts/accepted": 1], awaited: true),
            send("PUT /drs/left", #"{"status":"end"}"#, ["If-Match": "$OPEN"], 200),
            ask("GET /drs/left", ["If-None-Match": "$OPEN"], 200)
        )
    }

    @Test func `an order's and a response's tags guard their changes as well`() throws {
        try go(
            send("POST /users", #"{"id":"guarded","name":"n","capacity":5}"#, 201),
            send("POST /drs", #"{"id":"guarded","name":"kt","type":"reliable"}"#, 201),
            ask("GET /responses/guarded.guarded", 200, said: ["ETag": .there], awaited: true),
            send("PUT /drs/guarded", #"{"status":"end"}"#, ["If-Match": #""x""#], 412, said: ["ETag": .there]),
            send(
                "PUT /responses/guarded.guarded", #"{"answer":"accept"}"#, ["If-Match": #""x""#], 412,
                said: ["ETag": .there]),
            ask("PUT /responses/guarded.guarded/accept", ["If-Match": #""x""#], 412, said: ["ETag": .there]),
            ask("PUT /responses/guarded.guarded/deny", ["If-None-Match": "*"], 412, said: ["ETag": .there]),
            ask("GET /responses/guarded.guarded", 200, has: ["/answer": "ignore"])
        )
    }

    /// As long as a head may be: an answer that says it again has to have room for that.
    @Test(arguments: [("y", 15_500), ("&x=1", 3_800)])
    func `a list is given however much is asked with it`(_ text: String, count: Int) throws {
        let query = "none" + String(repeating: text, count: count)
        try go(ask("GET /users?q=\(query)", 200, has: ["/_embedded/users": .count(0)]))
    }

    @Test func `pages of a search keep its words`() throws {
        try go(
            send("POST /users", #"{"id":"page&1","name":"가 b","capacity":1}"#, 201),
            send("POST /users", #"{"id":"page&2","name":"n","capacity":1}"#, 201),
            ask(
                "GET /users?q=page%26&size=1", 200,
                has: [
                    "/_embedded/users": .count(1), "/_embedded/users/0/id": "page&1", "/page/totalElements": 2,
                    "/_embedded/users/0/_links/self/href": "$G/users/page%261",
                    "/_links/next/href": "$G/users?page=1&size=1&q=page%26",
                ]),
            ask(
                "GET /users?q=page%26&size=1&page=1", 200,
                has: ["/_embedded/users/0/id": "page&2", "/_links/next": .absent]),
            ask("GET /users/page%261", 200, has: ["/id": "page&1"]),
            ask("GET /users/search/findByName?name=%EA%B0%80+b", 200, has: ["/id": "page&1"]),
            ask(
                "GET /users?page=9223372036854775807&size=1", 200,
                has: ["/_embedded/users": .count(0), "/_links/prev": .there])
        )
    }

    @Test func `of an order's answers those of one kind are listed, the largest first`() throws {
        try go(
            send("POST /users", #"{"id":"large","name":"n","capacity":900}"#, 201),
            send("POST /users", #"{"id":"small","name":"n","capacity":1}"#, 201),
            send("POST /drs", #"{"id":"sorted","name":"kt","type":"reliable"}"#, 201),
            ask("GET /responses/sorted.large", 200, awaited: true),
            ask("GET /responses/sorted.small", 200, awaited: true),
            ask("PUT /responses/sorted.large/accept", 200), ask("PUT /responses/sorted.small/accept", 200),
            ask(
                "GET /responses?drId=sorted&answer=accept", 200,
                has: [
                    "/page/totalElements": 2, "/_embedded/responses/0/userId": "large",
                    "/_embedded/responses/1/userId": "small",
                ]),
            ask(
                "GET /responses?drId=sorted&answer=accept&sort=userCapacity,asc&size=1", 200,
                has: ["/_embedded/responses/0/userId": "small", "/page/totalPages": 2]),
            ask("GET /responses?drId=sorted&userId=small", 200, has: ["/_embedded/responses": .count(1)]),
            ask("GET /responses?drId=sorted&userId=small&answer=deny", 200, has: ["/_embedded/responses": .count(0)]),
            ask("GET /responses?answer=accept", 400), ask("GET /responses?drId=sorted&answer=perhaps", 400),
            ask("GET /drs/sorted", 200, has: ["/counts/accepted": 2, "/capacity/accepted": 901])
        )
    }

    /// Rows as the contexts would write them: 1,001 customers have been asked.
    @Test func `an order's whole list has pages where it is longer than one may be`() throws {
        let path = "/responses/search/findByDrId?drId=long"
        try go(
            .act { stage, _ in
                let order = Taken.order("long")
                try stage.send(order.topic, [(order.key, order.value ?? "")])
                let answers = (0..<1000).map { Taken.response("long", "c\(1000 + $0)", "accept", 7) }
                try stage.send(answers[0].topic, answers.map { ($0.key, $0.value ?? "") })
            },
            ask("GET /drs/long", 200, has: ["/counts/asked": 1000], awaited: true),
            // As many as one answer holds: no pages, as ever.
            ask(
                "GET \(path)", 200,
                has: ["/_embedded/responses": .count(1000), "/page": .absent, "/_links/next": .absent]),
            .act { stage, _ in
                let last = Taken.response("long", "c2000", "deny", 7)
                try stage.send(last.topic, [(last.key, last.value ?? "")])
            },
            ask("GET /drs/long", 200, has: ["/counts/asked": 1001], awaited: true),
            ask(
                "GET \(path)", 200,
                has: [
                    "/_embedded/responses": .count(1000), "/_embedded/responses/0/userId": "c1000",
                    "/_embedded/responses/999/userId": "c1999", "/page/totalElements": 1001, "/page/totalPages": 2,
                    "/page/size": 1000, "/page/number": 0,
                    "/_links/self/href": "$G/responses/search/findByDrId?drId=long",
                    "/_links/next/href": "$G/responses/search/findByDrId?page=1&size=1000&drId=long",
                ]),
            ask(
                "GET /responses/search/findByDrId?page=1&size=1000&drId=long", 200,
                has: [
                    "/_embedded/responses": .count(1), "/_embedded/responses/0/userId": "c2000",
                    "/_embedded/responses/0/answer": "deny", "/page/number": 1, "/_links/next": .absent,
                    "/_links/prev/href": "$G/responses/search/findByDrId?page=0&size=1000&drId=long",
                ])
        )
    }

    @Test func `a search that is to continue says from where`() throws {
        try go(
            ask("GET /audit?q=nobody&before=yesterday", 400, has: ["/detail": .containing("before")]),
            ask(
                "GET /audit?q=nobody&before=5-user.events-0-1", 200,
                has: ["/page/totalElements": 0, "/searchedSince": .absent]),
            // From the newest on, as without it.
            ask("GET /audit?q=nobody&before=", 200, has: ["/page/totalElements": 0])
        )
    }

    @Test func `a customer's answers are listed by when their orders begin, and turned by nothing that is not theirs`()
        throws
    {
        let day = Duration.seconds(86_400)
        // Later than whatever else is asked here.
        let soon = Timestamp.current + day * 80
        try go(
            send("POST /users", #"{"id":"dated","name":"n","capacity":5}"#, 201),
            send("POST /drs", #"{"id":"0-later","name":"kt","type":"test","startsAt":"\#(soon + day)"}"#, 201),
            send("POST /drs", #"{"id":"zz-sooner","name":"kt","type":"test","startsAt":"\#(soon)"}"#, 201),
            ask("GET /responses/0-later.dated", 200, awaited: true),
            ask("GET /responses/zz-sooner.dated", 200, awaited: true),
            ask(
                "GET /responses?userId=dated&sort=startsAt,desc&size=2", 200,
                has: ["/_embedded/responses/0/drId": "0-later", "/_embedded/responses/1/drId": "zz-sooner"]),
            ask(
                "GET /responses?userId=dated&sort=userCapacity,desc&size=1", 200,
                has: ["/_embedded/responses/0/drId": "0-later"])
        )
    }

    /// A body, its type, and the status and the pointer to what is wrong.
    static let bodies: [(method: String, body: String, status: Int, pointer: String?)] = [
        ("POST", "", 400, nil), ("POST", "[]", 400, nil), ("POST", "null", 400, nil), ("POST", "{}", 422, "/name"),
        ("POST", #"{"name":"n","capacity":-1}"#, 422, "/capacity"),
        ("POST", #"{"name":"n","capacity":1.5}"#, 422, "/capacity"),
        ("POST", #"{"name":"n","capacity":1e400}"#, 422, "/capacity"),
        ("POST", #"{"name":"n","capacity":"1"}"#, 422, "/capacity"),
        ("POST", #"{"name":"n","capacity":1000000000001}"#, 422, "/capacity"),
        ("POST", #"{"name":"","capacity":1}"#, 422, "/name"),
        ("POST", #"{"name":null,"capacity":1}"#, 422, "/name"),
        ("POST", #"{"name":"\#u{200B}","capacity":1}"#, 422, "/name"),
        ("POST", #"{"id":"a/b","name":"n","capacity":1}"#, 422, "/id"),
        ("POST", #"{"id":"","name":"n","capacity":1}"#, 422, "/id"),
        ("POST", #"{"name":"n","capacity":1,"name":"m"}"#, 422, "/name"),
        ("POST", #"{"name":"n","capacity":1} x"#, 400, nil),
    ]

    @Test(arguments: bodies) func `a body that cannot be taken is refused with the place of what is wrong`(
        _ row: (method: String, body: String, status: Int, pointer: String?)
    ) throws {
        let answer = try Stage.shared.get().open.ask(
            row.method, "/users", [("Content-Type", "application/json")], row.body)
        #expect(answer.status == row.status, "\(answer)")
        #expect(answer.at("/errors/0/pointer")?.string == row.pointer, "\(answer)")
    }

    @Test func `the forms in which a body may come are taken, and no others`() throws {
        try go(
            ask(
                "POST /users", ["Content-Type": "Application/JSON; charset=utf-8"],
                #"{"id":"typed","name":"n","capacity":1}"#, 201),
            ask("PATCH /users/typed", ["Content-Type": "application/hal+json"], #"{"capacity":2}"#, 200),
            ask(
                "PATCH /users/typed", ["Content-Type": "application/json-patch+json"], "[]", 415,
                said: ["Accept-Patch": "application/merge-patch+json, application/json, application/hal+json"]),
            ask("PUT /users/typed", ["Content-Type": "application/merge-patch+json"], "{}", 415),
            ask("POST /users", [:], "{}", 415)
        )
    }
}
