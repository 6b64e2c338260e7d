import Testing

@testable import Gateway

/// What a request may look like: ids that an address reaches, bodies that can be read.
@Suite(.timeLimit(.minutes(30))) struct RequestFormTests {
    private func go(_ steps: Step...) throws { try Course(Stage.shared.get()).go(steps) }

    @Test(arguments: [".", "..", "search", "startdr"]) func `an id that no address reaches is refused`(id: String)
        throws
    {
        let refusal: [String: Wanted] = [
            "/errors/0/pointer": "/id", "/detail": .containing("cannot be part of an address"),
        ]
        if id != "startdr" {
            try go(send("POST /users", #"{"id":"\#(id)","name":"n","capacity":5}"#, 422, has: refusal))
        }
        // An order's id has no dots in any case.
        if id == "startdr" {
            try go(send("POST /drs", #"{"id":"\#(id)","name":"kt","type":"reliable"}"#, 422, has: refusal))
        }
    }

    @Test func `a body that is packed or of another charset is refused and not misread`() throws {
        let body = #"{"id":"packed","name":"n","capacity":5}"#
        try go(
            send("POST /users", body, ["Content-Encoding": "gzip"], 415),
            send("POST /users", body, ["Content-Type": "application/json; charset=utf-16"], 415),
            send(
                "POST /users", body,
                ["Content-Encoding": "identity", "Content-Type": #"application/json; charset="UTF-8""#], 201))
    }

    @Test func `a body that is none is told from a record`() throws {
        try go(
            send("POST /users", "{", 400, has: ["/detail": "the body cannot be read: it is not valid JSON"]),
            send("POST /users", "[]", 400, has: ["/detail": "the body cannot be read: it is not a JSON object"]))
    }

    @Test func `a reason may stand in the body of what needs none`() throws {
        try go(
            send("POST /drs", #"{"id":"why-1","name":"kt","type":"reliable"}"#, 201),
            send("PUT /drs/why-1/end", #"{"reason":"typhoon"}"#, 200, has: ["/reason": "typhoon"]),
            send("POST /drs", #"{"id":"why-2","name":"kt","type":"reliable"}"#, 201),
            // The body of a request that has its reason in the query has to be one all the same.
            send("DELETE /drs/why-2?reason=typhoon", #"{"reason""#, 400),
            send("DELETE /drs/why-2", #"{"reason":"typhoon","endsAt":"2026-12-01T00:00:00Z"}"#, 422),
            send("DELETE /drs/why-2", #"{"reason":"typhoon"}"#, 200, has: ["/reason": "typhoon"]))
    }

    @Test func `two starts of an order are one too many`() throws {
        let order = #""name":"kt","type":"reliable""#
        try go(
            send(
                "POST /drs", #"{"id":"starts",\#(order),"date":"2026-11-29","startsAt":"2026-11-29T01:00:00Z"}"#, 422,
                has: ["/errors/0/pointer": "/date"]))
    }

    @Test func `a page far behind a list is empty at once`() throws {
        for list in ["users", "responses", "kepcos", "drs", "responses?drId=none&answer=ignore"] {
            let mark = list.contains("?") ? "&" : "?"
            let name = list.prefix { $0 != "?" }
            try go(ask("GET /\(list)\(mark)page=999999999", 200, has: ["/_embedded/\(name)": .count(0)]))
        }
    }
}
