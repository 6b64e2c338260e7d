import Contracts
import Foundation
import Testing

@testable import Gateway

/// An order's end is moved, and an order is withdrawn.
@Suite(.timeLimit(.minutes(30))) struct OrderChangeTests {
    private func go(_ steps: Step...) throws {
        let course = Course(try Stage.shared.get())
        course["SOON"] = Self.time(3600)
        course["LATER"] = Self.time(7200)
        course["PAST"] = Self.time(-60)
        course["CUSTOMER"] = Stage.authorization(.customer, customer: "nobody").value
        try course.go(steps)
    }

    /// In whole seconds, as it is shown.
    private static func time(_ seconds: Int64) -> String {
        "\(Timestamp(milliseconds: (Int64(Date.now.timeIntervalSince1970) + seconds) * 1000))"
    }

    private func start(_ id: String) -> Step {
        send(
            "POST /drs", #"{"id":"\#(id)","name":"kt","type":"reliable","endsAt":"$SOON"}"#, 201, keep: ["TAG": "ETag"])
    }

    @Test(arguments: ["PATCH", "PUT"]) func `an end is moved, and shown so`(method: String) throws {
        let id = "moved-\(method)"
        try go(
            start(id),
            send(
                "\(method) /drs/\(id)", #"{"endsAt":"$LATER"}"#, 200, said: ["X-Position": .there],
                has: ["/endsAt": "$LATER", "/status": "running", "/endedAt": nil, "/cancelledAt": nil]),
            ask("GET /drs/\(id)", 200, has: ["/endsAt": "$LATER"], awaited: true),
            // The same again changes nothing.
            send("\(method) /drs/\(id)", #"{"endsAt":"$LATER","status":"running"}"#, 200, has: ["/endsAt": "$LATER"]),
            send("\(method) /drs/\(id)", #"{"endsAt":"$PAST"}"#, 422, has: ["/detail": .containing("must end later")]),
            send("\(method) /drs/\(id)", #"{"endsAt":"$SOON"}"#, ["If-Match": "$TAG"], 412),
            // One of them is not meant, and which is not for the gateway to say.
            send(
                "\(method) /drs/\(id)", #"{"status":"end","endsAt":"$SOON"}"#, 422,
                has: ["/errors/0/pointer": "/endsAt", "/detail": .containing("without it to move the end")]),
            // Frontends send all fields of what they end.
            send(
                "\(method) /drs/\(id)", #"{"status":"end","endsAt":"$LATER","name":"kt"}"#, 200,
                has: ["/status": "end", "/endedAt": .there]),
            send(
                "\(method) /drs/\(id)", #"{"endsAt":"$SOON"}"#, 409, said: ["Link": .containing("deadletter")],
                has: ["/detail": .containing("has already ended")])
        )
    }

    @Test func `an order is withdrawn once, whoever asks again`() throws {
        try go(
            start("withdrawn"),
            ask(
                "DELETE /drs/withdrawn?reason=KPX%20withdrew%20it", ["Idempotency-Key": "w-1"], 200,
                said: ["X-Position": .there],
                has: [
                    "/status": "cancelled", "/cancelledAt": .there, "/endedAt": nil, "/endsAt": "$SOON",
                    "/reason": "KPX withdrew it", "/_links/end": .absent, "/_links/cancel": .absent,
                ]),
            ask(
                "DELETE /drs/withdrawn?reason=KPX%20withdrew%20it", ["Idempotency-Key": "w-1"], 200,
                has: ["/status": "cancelled"]),
            ask("DELETE /drs/withdrawn?reason=other", ["Idempotency-Key": "w-1"], 422),
            ask("DELETE /drs/withdrawn", 200, has: ["/reason": "KPX withdrew it"]),
            ask("GET /drs/withdrawn", 200, has: ["/status": "cancelled", "/_links/end": .absent], awaited: true),
            ask("PUT /drs/withdrawn/end", 409, has: ["/detail": .containing("was cancelled at")]),
            send(
                "PATCH /drs/withdrawn", #"{"endsAt":"$LATER"}"#, 409, has: ["/detail": .containing("was cancelled at")]),
            ask("DELETE /drs/none", 404)
        )
    }

    @Test func `an order that has ended is not withdrawn`() throws {
        try go(
            start("over"), ask("GET /drs/over", 200, has: ["/_links/cancel/href": "$G/drs/over"]),
            ask("PUT /drs/over/end", 200),
            ask(
                "DELETE /drs/over", 409, said: ["Link": .containing("deadletter")],
                has: ["/detail": .containing("order over has already ended")]))
    }

    @Test func `whoever was asked for what is withdrawn sees that, and cannot answer any more`() throws {
        try go(
            send("POST /users", #"{"id":"told","name":"n","capacity":5}"#, 201), start("told-of"),
            ask("GET /responses/told-of.told", 200, has: ["/cancelled": false, "/endsAt": "$SOON"], awaited: true),
            send("PATCH /drs/told-of", #"{"endsAt":"$LATER"}"#, 200),
            ask("GET /responses/told-of.told", 200, has: ["/endsAt": "$LATER"], awaited: true),
            ask("PUT /responses/told-of.told/accept", 200),
            ask("DELETE /drs/told-of", 200),
            ask(
                "GET /responses/told-of.told", 200,
                has: ["/cancelled": true, "/answer": "accept", "/_links/accept": .absent], awaited: true),
            ask("PUT /responses/told-of.told/deny", 409, has: ["/detail": .containing("was cancelled at")])
        )
    }

    @Test func `a look-alike of a field is refused with what was meant`() throws {
        try go(
            start("alike"),
            send(
                "POST /drs", #"{"name":"kt","type":"t","startAt":"$SOON"}"#, 422,
                has: ["/errors/0/pointer": "/startAt", "/detail": .containing("write \"startsAt\"")]),
            send(
                "PATCH /drs/alike", #"{"endAt":"$LATER"}"#, 422,
                has: ["/errors/0/pointer": "/endAt", "/detail": .containing("write \"endsAt\"")]),
            send(
                "PATCH /drs/alike", #"{"status":"off","endsAt":"$LATER"}"#, 422, has: ["/errors/0/pointer": "/status"]),
            send("PATCH /drs/alike", "{}", 422, has: ["/errors/0/pointer": "/status"]))
    }

    @Test(arguments: [Role.auditor, .customer]) func `nobody else than an operator withdraws`(role: Role) throws {
        let stage = try Stage.shared.get()
        let token = Stage.authorization(role, customer: "nobody")
        #expect(try stage.guarded.ask("DELETE", "/drs/any", [token]).status == 403)
    }
}
