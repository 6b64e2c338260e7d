import Contracts

/// What was really reduced: V41 and V42.
extension Vector {
    static let checks: [Vector] = [
        Vector(
            "V41",
            .act { _, course in course["START"] = "\(Meter.start)" },
            send("POST /drs", #"{"id":"checked","name":"kt","type":"reliable","startsAt":"$START"}"#, 201),
            ask("GET /responses?drId=checked", 200, has: ["/page/totalElements": 4], awaited: true),
            ask("PUT /responses/checked.u4/accept", 200), ask("PUT /responses/checked.u3/accept", 200),
            .act { stage, _ in
                for (user, wh) in [("u4", 500), ("u3", 2000)] {
                    for reading in Meter.readings(user, wh: wh) { try stage.send(.kepcoReadings, key: user, reading) }
                }
            },
            ask("PUT /drs/checked/end", 200),
            ask(
                "GET /kepcos?drId=checked", 200,
                has: [
                    "/_embedded/kepcos": .count(2), "/_embedded/kepcos/1/drId": "checked",
                    "/_embedded/kepcos/1/userId": "u4",
                    "/_embedded/kepcos/1/userName": "samsung", "/_embedded/kepcos/1/responseId": "checked.u4",
                    "/_embedded/kepcos/1/resposneAnswer": "accept", "/_embedded/kepcos/1/responseAnswer": "accept",
                    "/_embedded/kepcos/1/isReal": true, "/_embedded/kepcos/1/adjustPoint": .there,
                    "/_embedded/kepcos/1/baselineWh": .there, "/_embedded/kepcos/1/usedWh": .there,
                    "/_embedded/kepcos/1/reducedWh": .there, "/_embedded/kepcos/1/reason": .there,
                    "/_embedded/kepcos/1/method": .there, "/_embedded/kepcos/1/days": .count(2),
                    "/_embedded/kepcos/1/market": 1, "/_embedded/kepcos/1/kind": "reliable",
                    "/_embedded/kepcos/1/notUsed/0/day": .there, "/_embedded/kepcos/1/notUsed/0/why": .there,
                    "/_embedded/kepcos/0/isReal": false,
                    "/page/totalElements": 2,
                ], awaited: true),
            ask(
                "GET /kepcos/checked.u4", 200, said: ["ETag": .there],
                has: ["/userId": "u4", "/quarters/0/baselineMilliWh": 2_000_000])
        ),
        Vector(
            "V42",
            ask("GET /responses/checked.u3", 200, has: ["/answer": "deny"], awaited: true),
            ask("GET /users/u3", 200, has: ["/point": 0]),
            ask("GET /users/u4/ledger", 200, has: ["/_embedded/ledger": .count(1)], awaited: true),
            .act { stage, _ in try Meter.expectPaidOnce(stage, "checked", "u4") }
        ),
    ]
}
