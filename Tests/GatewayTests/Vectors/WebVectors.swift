@testable import Gateway

/// Browsers, probes and what is not there: V43 to V50.
extension Vector {
    static let web: [Vector] = [
        Vector(
            "V43",
            deviation:
                "which headers a page may read is said with the answer itself, where browsers look for it, and not before it",
            ask(
                "OPTIONS /drs",
                [
                    "Origin": "http://a", "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "content-type",
                ], 204,
                said: [
                    "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": .absent,
                    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST",
                    "Access-Control-Allow-Headers":
                        "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, prefer, x-position",
                    "Access-Control-Max-Age": "600",
                ], at: .guarded, empty: true),
            .act { _, course in course["OPERATOR"] = Stage.authorization(.operator).value },
            ask(
                "GET /drs", ["Origin": "http://a", "Authorization": "$OPERATOR"], 200,
                said: [
                    "Access-Control-Allow-Origin": "*",
                    "Access-Control-Expose-Headers":
                        "Age, ETag, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Position",
                ], at: .guarded)
        ),
        Vector("V44", ask("OPTIONS /drs", 204, said: ["Allow": "GET, HEAD, OPTIONS, POST"], empty: true)),
        Vector(
            "V45",
            ask(
                "GET /", ["Accept": "text/html,application/xhtml+xml,*/*;q=0.8"], 200,
                said: [
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Security-Policy": .containing("default-src 'none'"),
                ]),
            ask(
                "GET /", ["Accept": "application/json"], 200,
                has: [
                    "/_links/drs/href": "$G/drs{?page,size,sort}", "/_links/drs/templated": true,
                    "/_links/users/href": "$G/users{?page,size,sort}",
                    "/_links/responses/href": "$G/responses{?page,size,sort}",
                    "/_links/kepcos/href": "$G/kepcos{?page,size,sort}", "/_links/profile": .absent,
                ])
        ),
        Vector("V46", ask("GET /profile/drs", 404)),
        Vector("V47", ask("GET /actuator/health", 200, has: ["/status": "UP"])),
        Vector(
            "V48",
            ask("GET /nothing/here", 404),
            ask(
                "GET /nothing/here", ["Accept": "text/html,*/*;q=0.8"], 404,
                said: ["Content-Type": "text/html; charset=utf-8"])
        ),
        Vector(
            "V49",
            ask(
                "GET /drs", ["Accept": "text/plain"], 406,
                has: ["/detail": .containing("application/hal+json and application/json")])),
        Vector(
            "V50",
            send(
                "POST /users", #"{"id":"u50","name":"n","capacity":1}"#, ["Accept": ""], 201,
                said: ["Location": "$G/users/u50"],
                keep: ["AT": "X-Position"]),
            send("PUT /users/u50", #"{"name":"m","capacity":1}"#, ["Accept": ""], 204),
            send(
                "POST /users", #"{"id":"u51","name":"n","capacity":1}"#, ["Prefer": "return=minimal"], 201,
                said: ["Location": "$G/users/u51", "Preference-Applied": "return=minimal"])
        ),
    ]
}
