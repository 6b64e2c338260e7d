import Contracts
import Foundation
import Testing

/// Orders: V21 to V32, but for those that end one, which come behind the answers to it.
extension Vector {
    private static let start = #"{"name":"kt","type":"reliable","status":"running","date":"$TODAY"}"#

    static let orders: [Vector] = [
        // The first: dr is down until then.
        Vector(
            "V25",
            .act { stage, course in
                // An order of a date begins at its midnight. Soon after that the meter's hours would hold all of it: it
                // would be paid.
                let earlier = Timestamp(milliseconds: Timestamp.now.milliseconds - 3 * 3_600_000)
                course["TODAY"] = String("\(earlier)".prefix(10))
                course["STARTED"] = "\(Date.now.timeIntervalSinceReferenceDate)"
            },
            send(
                "POST /drs/startdr", start, ["Prefer": "wait=2"], 202,
                said: ["Location": "$G/commands/$C", "Preference-Applied": "wait=2"], keep: ["C": "/id"]),
            .act { _, course in
                let started = try #require(course["STARTED"].flatMap { Double($0) })
                #expect(Date.now.timeIntervalSinceReferenceDate - started >= 2)
            },
            ask(
                "GET /commands/$C", 200, said: ["Retry-After": "1"],
                has: ["/id": "$C", "/state": "pending", "/_links/result": .absent]),
            .act { stage, _ in try stage.start(.dr) },
            ask(
                "GET /commands/$C", 200, said: ["X-Position": .containing("dr.changelog-")],
                has: ["/state": "done", "/_links/result/href": .containing("$G/drs/o-")], awaited: true)
        ),
        Vector(
            "V21",
            deviation:
                "of today and not of 2024: an order that starts 7 days before it is asked for is a mistake, and dr refuses it",
            send(
                "POST /drs/startdr", start, 200, said: ["Content-Type": "application/json", "Location": "$G/drs/$D"],
                has: [
                    "/name": "kt", "/type": "reliable", "/status": "running", "/date": .containing("$TODAY"),
                    "/startsAt": .containing("$TODAY"), "/endsAt": nil, "/_links/end/href": "$G/drs/$D/end",
                ], keep: ["D": "/id"])
        ),
        Vector("V22", send("POST /startdr", start, 200, has: ["/id": .there, "/status": "running"])),
        Vector(
            "V23",
            send(
                "POST /drs", start, 201,
                said: ["Content-Type": "application/hal+json", "Location": .containing("$G/drs/")],
                has: ["/id": .there, "/name": "kt", "/_links/self/href": .containing("$G/drs/")], keep: ["D2": "/id"])),
        Vector(
            "V24",
            send(
                "POST /drs/startdr", start, ["Prefer": "respond-async"], 202,
                said: [
                    "Location": .containing("$G/commands/dr-"), "Preference-Applied": "respond-async",
                    "Retry-After": "1",
                ],
                has: ["/state": "pending", "/id": .containing("dr-")])),
        Vector(
            "V26",
            send("POST /drs/startdr", #"{"type":"reliable","date":"$TODAY"}"#, 422, has: ["/errors/0/pointer": "/name"])
        ),
        Vector(
            "V27",
            send(
                "POST /drs/startdr", #"{"id":"$D","name":"kt","type":"reliable","date":"$TODAY"}"#, 409,
                said: ["Link": .containing(#"rel="deadletter""#)], has: ["/detail": .containing("$D")])),
        Vector(
            "V28",
            ask(
                "GET /drs", 200, said: ["Content-Type": "application/hal+json", "ETag": .there],
                has: [
                    "/_embedded/drs/0/id": .there, "/_embedded/drs/0/name": "kt", "/_embedded/drs/0/type": "reliable",
                    "/_embedded/drs/0/status": "running", "/_embedded/drs/0/date": .there,
                    "/_embedded/drs/0/startsAt": .there,
                    "/_embedded/drs/0/endsAt": nil, "/_embedded/drs/0/counts/asked": .there,
                    "/_embedded/drs/0/_links/self/href": .containing("$G/drs/"), "/_embedded/drs/0/_links/dr": .there,
                    "/_embedded/drs/0/_links/responses/href": .containing("$G/responses?drId="),
                    "/_embedded/drs/0/_links/end/href": .containing("/end"), "/page/totalElements": 5,
                ], awaited: true)),
        Vector(
            "V29",
            ask("GET /drs/$D", 200, said: ["ETag": .there], has: ["/id": "$D", "/status": "running"]),
            ask("GET /drs/search", 404)
        ),
    ]

    static let ends: [Vector] = [
        Vector(
            "V30",
            send(
                "PUT /drs/$D", #"{"name":"kt","type":"reliable","status":"end"}"#, 200,
                said: ["Content-Type": "application/hal+json"],
                has: [
                    "/id": "$D", "/status": "end", "/name": "kt", "/type": "reliable", "/endedAt": .there,
                    "/_links/end": .absent,
                ]),
            send(
                "PUT /drs/$D", #"{"status":"end"}"#, 200, has: ["/status": "end", "/name": "kt", "/type": "reliable"]),
            send(
                "PUT /drs/$D2", #"{"status":"end"}"#, 200, has: ["/status": "end", "/name": "kt", "/type": "reliable"]),
            send("PUT /drs/$D", #"{"status":"running"}"#, 422, has: ["/errors/0/pointer": "/status"])
        ),
        Vector(
            "V31",
            send("POST /drs", start, 201, keep: ["D3": "/id"]),
            send("PATCH /drs/$D3", #"{"status":"end"}"#, 200, has: ["/id": "$D3", "/status": "end"]),
            send("POST /drs", start, 201, keep: ["D4": "/id"]),
            ask("PUT /drs/$D4/end", 200, has: ["/id": "$D4", "/status": "end"])
        ),
        Vector("V32", send("PUT /drs/none", #"{"status":"end"}"#, 404), ask("PUT /drs/none/end", 404)),
    ]
}

extension Timestamp {
    static var now: Timestamp { Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)) }
}
