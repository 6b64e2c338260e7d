import Testing

@testable import Fuzz

/// What is said of a gateway that answers wrongly: a campaign that finds nothing has looked.
@Suite struct AnswerTests {
    private static let json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

    private static func problem(_ status: Int, _ header: String = "", said: Int? = nil) -> String {
        let body = #"{"status":\#(said ?? status),"detail":"x","message":"x"}"#
        return
            "HTTP/1.1 \(status) X\r\n\(header)Content-Type: application/problem+json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test(arguments: [
        "HTTP/1.1 20 OK\r\n\r\n", "HTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nX y\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\u{1}\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\nY: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nx", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ])
    func `what is no HTTP is a fault`(_ text: String) {
        #expect(throws: Fault.self) { try Answer.read(Array(text.utf8)[...], hasBody: true) }
    }

    @Test func `an answer is read when it is whole, and what follows is left`() throws {
        let bytes = Array((Self.json + Self.problem(404)).utf8)
        for count in 0..<Self.json.utf8.count { #expect(try Answer.read(bytes[..<count], hasBody: true) == nil) }
        let (answer, count) = try #require(try Answer.read(bytes[...], hasBody: true))
        #expect(answer.status == 200 && answer.body == Array("{}".utf8) && count == Self.json.utf8.count)
        #expect(try Answer.read(bytes[count...], hasBody: true)?.answer.status == 404)
        // To HEAD.
        #expect(try Answer.read(bytes[...], hasBody: false)?.count == Self.json.utf8.count - 2)
    }

    @Test(arguments: [
        problem(500), problem(503, "Retry-After: 1\r\n"), problem(501), problem(418), problem(401), problem(405),
        problem(404, said: 400), "HTTP/1.1 404 X\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 201 X\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{",
        "HTTP/1.1 200 OK\r\nX-Injected: yes\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nETag: 1\r\nETag: 2\r\nContent-Length: 0\r\n\r\n",
    ])
    func `what a gateway may not say is a fault`(_ text: String) throws {
        let answer = try #require(try Answer.read(Array(text.utf8)[...], hasBody: true)).answer
        #expect(throws: Fault.self) {
            try AnswerCheck().check(answer, to: FuzzedRequest(method: "GET", target: "/users"))
        }
    }

    @Test func `whoever is nobody may be refused and not let in`() throws {
        let answer = try #require(try Answer.read(Array(Self.json.utf8)[...], hasBody: true)).answer
        let refusal = try #require(
            try Answer.read(Array(Self.problem(401, "WWW-Authenticate: Bearer\r\n").utf8)[...], hasBody: true)
        ).answer
        var request = FuzzedRequest(method: "GET", target: "/users", bearer: .bad)
        #expect(throws: Fault.self) { try AnswerCheck().check(answer, to: request) }
        try AnswerCheck().check(refusal, to: request)
        request.bearer = .operator
        try AnswerCheck().check(answer, to: request)
    }

    @Test func `commands may be refused while Kafka is away`() throws {
        let text = Self.problem(503, "Retry-After: 1\r\n")
        let answer = try #require(try Answer.read(Array(text.utf8)[...], hasBody: true)).answer
        try AnswerCheck(mayBeUnavailable: true).check(answer, to: FuzzedRequest(method: "POST", target: "/users"))
    }

    @Test func `a target is too long only where it is longer than a head may be`() throws {
        let page = "<html></html>"
        let text = "HTTP/1.1 414 X\r\nConnection: close\r\nContent-Length: \(page.utf8.count)\r\n\r\n\(page)"
        let answer = try #require(try Answer.read(Array(text.utf8)[...], hasBody: true)).answer
        func request(_ count: Int) -> FuzzedRequest {
            FuzzedRequest(method: "GET", target: "/" + String(repeating: "x", count: count - 1))
        }
        try AnswerCheck().check(answer, to: request(AnswerCheck.headLimit + 1))
        #expect(throws: Fault.self) { try AnswerCheck().check(answer, to: request(AnswerCheck.headLimit)) }
    }

    @Test func `the same seed makes the same requests, of all kinds`() {
        let bearers = Bearers()
        let (one, other) = (RequestSource(seed: 7, bearers: bearers), RequestSource(seed: 7, bearers: bearers))
        var kinds = [0, 0, 0]
        for number in 0..<2000 {
            let exchange = one.exchange(number)
            #expect(exchange.bytes == other.exchange(number).bytes)
            switch exchange.kind {
            case .framed: kinds[0] += 1
            case .wild: kinds[1] += 1
            case .stream: kinds[2] += 1
            }
        }
        #expect(kinds.allSatisfy { $0 > 0 })
    }
}
