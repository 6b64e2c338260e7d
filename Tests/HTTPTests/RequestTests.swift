import Glibc
import RealKafka
import Synchronization
import Testing

@testable import HTTP

/// What a handler sees of a request.
@Suite(.timeLimit(.minutes(30))) struct RequestTests {
    private final class Seen: Sendable {
        let requests = Mutex<[HTTPRequest]>([])
        let accesses = Mutex<[HTTPAccess]>([])

        func waitForAccesses(_ count: Int) throws -> [HTTPAccess] {
            try eventually("\(count) requests") { accesses.withLock { $0.count } >= count }
            return accesses.withLock { $0 }
        }
    }

    private static func makeServer(_ seen: Seen, bodyBytes: Int = 65_536) throws -> HTTPServer {
        var settings = ServerSettings()
        settings.bodyBytes = bodyBytes
        settings.headLimit = .seconds(60)
        settings.answerLimit = .seconds(60)
        settings.access = { access in seen.accesses.withLock { $0.append(access) } }
        settings.refusals = { status, detail, headers in
            var response = HTTPResponse(
                status: status, contentType: "application/problem+json", "{\"detail\":\"\(detail)\"}")
            response.headers = headers
            return response
        }
        var routes = Routes(refusals: settings.refusals)
        for method in ["GET", "POST"] {
            routes.add(method, "/echo/{id}") { request, _ in
                seen.requests.withLock { $0.append(request) }
                return .now(HTTPResponse(status: 201, contentType: "text/plain", body: request.body))
            }
        }
        let all = routes
        return try HTTPServer(address: "127.0.0.1", port: 0, settings: settings) { all.answer($0, $1) }
    }

    private func last(_ seen: Seen) throws -> HTTPRequest {
        let last = seen.requests.withLock { $0.last }
        return try #require(last)
    }

    @Test func `all of a request is there`() throws {
        let seen = Seen()
        let server = try Self.makeServer(seen)
        let client = try Client(port: server.port, source: "127.0.0.7")
        let headers = "X-One: 1\r\nAccept:  a, b \t\r\nx-one: 2\r\nEmpty:\r\nContent-Length: 5\r\n"
        let target = "/echo/a%2Fb%20%EA%B0%80?q=%26+x&flag&q=2&=&&e="
        let answer = try client.request("POST", target, headers: headers, body: "hello")
        #expect(answer.status == 201 && answer.text == "hello")
        let request = try last(seen)
        #expect(request.method == "POST" && !request.isRead)
        #expect(request.target == target && request.path == "/echo/a%2Fb%20%EA%B0%80")
        #expect(request.segments == ["echo", "a/b 가"] && request["id"] == "a/b 가")
        #expect(request.query.map(\.name) == ["q", "flag", "q", "", "e"])
        #expect(request.query.map(\.value) == ["& x", "", "2", "", ""])
        #expect(request.parameter("q") == "& x" && request.parameter("none") == nil)
        #expect(request.headers["x-ONE"] == "1" && request.headers.all("X-One") == ["1", "2"])
        #expect(request.headers["host"] == "here" && request.headers["empty"] == "" && request.headers["none"] == nil)
        #expect(request.headers["accept"]?.hasPrefix("a, b") == true)
        #expect(request.headers.pairs.map(\.name) == ["Host", "X-One", "Accept", "x-one", "Empty", "Content-Length"])
        #expect(request.body == Array("hello".utf8))
        #expect(request.peer == "127.0.0.7" && !request.isSecure)
        // Nothing of it is left over in the next one.
        #expect(try client.request("GET", "/echo/x").status == 201)
        let next = try last(seen)
        #expect(next.headers.count == 1 && next.body.isEmpty && next.query.isEmpty && next.isRead)
    }

    @Test(arguments: [0, 1, 1000, 30_000, 65_536]) func `a body comes as a whole, whatever its size`(size: Int) throws {
        let seen = Seen()
        let server = try Self.makeServer(seen)
        let body = String((0..<size).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
        let client = try Client(port: server.port)
        for _ in 0..<2 {
            let answer = try client.request("POST", "/echo/1", headers: "Content-Length: \(size)\r\n", body: body)
            #expect(answer.status == 201 && answer.text == body)
        }
        let half = body.prefix(size / 2)
        let other = body.dropFirst(size / 2)
        let chunks = [half, other].filter { !$0.isEmpty }.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
        let chunked = try client.request(
            "POST", "/echo/1", headers: "Transfer-Encoding: chunked\r\n", body: chunks.joined() + "0\r\n\r\n")
        #expect(chunked.status == 201 && chunked.text == body)
        #expect(chunked.headers["connection"]?.lowercased() == "close" && client.isClosed())
    }

    @Test func `a client that asks first is asked to continue, or not to`() throws {
        let server = try Self.makeServer(Seen(), bodyBytes: 1000)
        let client = try Client(port: server.port)
        let head = "POST /echo/1 HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length:"
        client.send("\(head) 1000\r\n\r\n")
        #expect(try client.answer().status == 100)
        let body = String(repeating: "x", count: 1000)
        client.send(body)
        #expect(try client.answer().text == body)
        client.send("\(head) 1001\r\n\r\n")
        let refused = try client.answer()
        #expect(refused.status == 413 && refused.headers["content-type"] == "application/problem+json")
        #expect(client.isClosed())
    }

    @Test func `what becomes of each request is told, but not what clients make up`() throws {
        let seen = Seen()
        let server = try Self.makeServer(seen, bodyBytes: 10)
        let client = try Client(port: server.port)
        _ = try client.request("POST", "/echo/1?x=y", headers: "Content-Length: 5\r\n", body: "hello")
        _ = try client.request("GET", "/none")
        _ = try client.request("DELETE", "/echo/1")
        _ = try client.request("POST", "/echo/1", headers: "Content-Length: 11\r\n")
        let other = try Client(port: server.port)
        _ = try other.request("GET", "/../x")
        let accesses = try seen.waitForAccesses(5)
        #expect(accesses.map(\.method) == ["POST", "GET", "DELETE", "POST", "GET"])
        #expect(accesses.map(\.status) == [201, 404, 405, 413, 400])
        #expect(accesses.map(\.route) == ["/echo/{id}", nil, nil, nil, nil])
        #expect(accesses.map(\.path) == ["/echo/1", "/none", "/echo/1", "/echo/1", "-"])
        #expect(accesses[0].bytes == 5 && accesses[0].duration >= .zero && accesses[0].duration < .seconds(60))
        #expect(accesses.filter { !$0.isComplete || $0.peer != "127.0.0.1" }.isEmpty)
    }

    @Test func `ten thousand clients that say nothing are bounded by the table`() throws {
        let seen = Seen()
        let server = try Self.makeServer(seen)
        // Their descriptors are the limit of this process: some at a time, as many in all.
        for _ in 0..<20 {
            let idle = try (0..<500).map { _ in try Client(port: server.port) }
            #expect(try Client(port: server.port).request("GET", "/echo/1").status == 201)
            #expect(idle.first?.isClosed() == true)
        }
    }
}
