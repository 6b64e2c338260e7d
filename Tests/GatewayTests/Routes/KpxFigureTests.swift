import Contracts
import Testing

@testable import Gateway

/// What KPX says an order comes to.
@Suite(.timeLimit(.minutes(30))) struct KpxFigureTests {
    private func go(_ steps: Step...) throws { try Course(try Stage.shared.get()).go(steps) }

    @Test func `KPX's figure of an order is stated, objected to and listed`() throws {
        let path = "/drs/settled/kpx"
        try go(
            send("POST /drs", #"{"id":"settled","name":"kt","type":"reliable"}"#, 201),
            ask("GET /drs/settled", 200, awaited: true),
            send("POST \(path)", #"{"kpxKWh":7}"#, 422, has: ["/detail": .containing("has not ended")]),
            send("PUT /drs/settled/end", "{}", 200),
            send(
                "POST \(path)", #"{"kpxKWh":17960,"ownKWh":18000,"objection":"a meter is missing"}"#, 201,
                said: ["Location": .there],
                has: [
                    "/drId": "settled", "/resource": nil, "/version": 1, "/differenceKWh": -40, "/kpxWon": nil,
                    "/objection": "a meter is missing", "/statedAt": .there,
                ]),
            send(
                "POST \(path)", #"{"kpxKWh":17960,"ownKWh":18000,"objection":"a meter is missing"}"#, 409,
                has: ["/detail": .containing("is stated so already")]),
            send("POST \(path)", #"{"kpxKWh":18000,"kpxWon":-5}"#, 201, has: ["/version": 2, "/objection": nil]),
            send("POST \(path)", #"{"ownKWh":1}"#, 422), send("POST \(path)", #"{"kWh":1}"#, 422),
            send("POST \(path)", #"{"kpxKWh":1,"resource":"none"}"#, 422),
            send("POST /drs/no-such/kpx", #"{"kpxKWh":1}"#, 404), ask("GET /drs/no-such/kpx", 404),
            ask(
                "GET \(path)", 200,
                has: [
                    "/_embedded/kpx": .count(2), "/_embedded/kpx/0/version": 1, "/_embedded/kpx/1/kpxWon": -5,
                    "/page/totalElements": 2,
                ], awaited: true),
            ask("GET /audit?q=settled", 200, has: ["/_embedded/audit/0/key": "settled"], awaited: true))
    }
}
