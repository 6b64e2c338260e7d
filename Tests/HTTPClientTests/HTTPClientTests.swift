import HTTP
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(30))) struct HTTPClientTests {
    /// Also where the machine is busy with other tests.
    private static func patient(sizeLimit: Int = 1_048_576, caFile: String? = nil) -> HTTPClient {
        HTTPClient(connectLimit: .seconds(100), wholeLimit: .seconds(100), sizeLimit: sizeLimit, caFile: caFile)
    }

    private func error(
        _ url: String, _ client: HTTPClient = patient(), isStopped: @escaping () -> Bool = { false }
    ) -> HTTPClientError? {
        do throws(HTTPClientError) { _ = try client.get(url, isStopped: isStopped) } catch { return error }
        return nil
    }

    @Test(arguments: [200, 404, 500]) func `any status is an answer`(_ status: Int) throws {
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { request in
            HTTPResponse(status: status, contentType: "application/jwk-set+json", body: Array(request.path.utf8))
        }
        let answer = try Self.patient().get("http://127.0.0.1:\(server.port)/a/b?c", accept: "application/json")
        #expect(answer.status == status)
        #expect(answer.contentType == "application/jwk-set+json")
        #expect(String(decoding: answer.body, as: UTF8.self) == "/a/b")
        server.stop()
    }

    @Test func `a redirect is an answer, and nobody follows it`() throws {
        let server = OddServer("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        #expect(try Self.patient().get(server.url).status == 302)
    }

    @Test func `an answer that is larger than the limit is refused, whether it says so or not`() {
        for head in ["Content-Length: 100000", "Transfer-Encoding: chunked", "Connection: close"] {
            let chunk = head.hasPrefix("Transfer") ? "400\r\n" + String(repeating: "x", count: 1024) + "\r\n" : ""
            let text = chunk.isEmpty ? String(repeating: "x", count: 20_000) : String(repeating: chunk, count: 20)
            let server = OddServer("HTTP/1.1 200 OK\r\n\(head)\r\n\r\n\(text)", .hold)
            defer { server.stop() }
            #expect(error(server.url, Self.patient(sizeLimit: 10_000))?.kind == .tooLarge, "\(head)")
        }
    }

    @Test func `an answer of just the limit is taken`() throws {
        let server = OddServer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        defer { server.stop() }
        #expect(try Self.patient(sizeLimit: 5).get(server.url).body == Array("hello".utf8))
        #expect(error(server.url, Self.patient(sizeLimit: 4))?.kind == .tooLarge)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"])
    func `a server that does not end its answer is left`(_ answer: String) {
        let server = OddServer(answer, .hold)
        defer { server.stop() }
        #expect(error(server.url, HTTPClient(wholeLimit: .milliseconds(300)))?.kind == .timeout)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", "rubbish"])
    func `an answer that breaks off is none`(_ answer: String) {
        let server = OddServer(answer)
        defer { server.stop() }
        #expect(error(server.url) != nil)
    }

    @Test func `where nobody listens there is no answer`() {
        let server = OddServer("")
        server.stop()
        #expect(error(server.url)?.kind == .unreachable)
        #expect(error("http://no-such-host.invalid/")?.kind == .unreachable)
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/", "dict://127.0.0.1:1/", "smb://127.0.0.1/x",
        "", "://", "http://", "http://127.0.0.1:99999/", "http://127.0.0.1/\u{0}x",
    ]) func `only http and https are asked`(_ url: String) {
        #expect(error(url)?.kind == .url, "\(String(describing: error(url)))")
    }

    @Test func `the first byte has a limit of its own`() throws {
        let silent = OddServer("", .hold)
        defer { silent.stop() }
        let client = HTTPClient(firstByteLimit: .milliseconds(200), wholeLimit: .seconds(200))
        let start = ContinuousClock.now
        #expect(error(silent.url, client)?.kind == .timeout)
        #expect(ContinuousClock.now - start < .seconds(100))
        // One that has begun has all of its time.
        let slow = OddServer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", .hold)
        defer { slow.stop() }
        let both = HTTPClient(firstByteLimit: .seconds(100), wholeLimit: .milliseconds(1500))
        #expect(error(slow.url, both)?.kind == .timeout)
    }

    @Test func `a form is posted, and what the server asks for is told`() throws {
        let server = try HTTPServer(address: "127.0.0.1", port: 0, settings: ServerSettings()) { request, _ in
            var response = HTTPResponse(status: 503, "\(request.method) \(request.headers["Content-Type"] ?? "")\n")
            response.body += request.body
            response.headers = [("Retry-After", "7")]
            return .now(response)
        }
        let answer = try Self.patient().ask(HTTPCall("http://127.0.0.1:\(server.port)/", form: Array("a=b&c=d".utf8)))
        #expect(String(decoding: answer.body, as: UTF8.self) == "POST application/x-www-form-urlencoded\na=b&c=d")
        #expect(answer.status == 503 && answer.retryAfter == "7")
        let empty = try Self.patient().ask(HTTPCall("http://127.0.0.1:\(server.port)/", form: []))
        #expect(String(decoding: empty.body, as: UTF8.self).hasPrefix("POST"))
        server.stop()
    }

    @Test func `who has had enough is not held up`() {
        let server = OddServer("", .hold)
        defer { server.stop() }
        #expect(error(server.url, HTTPClient(wholeLimit: .seconds(200)), isStopped: { true })?.kind == .stopped)
    }

    @Test(.enabled(if: TLSServer.isPossible)) func `a certificate is checked, against the file where one is given`()
        throws
    {
        let server = try TLSServer()
        let url = "https://localhost:\(server.port)/"
        #expect(error(url)?.kind == .tls)
        #expect(try Self.patient(caFile: server.certificate).get(url).status == 200)
        // It is another host's.
        #expect(error("https://127.0.0.1:\(server.port)/", Self.patient(caFile: server.certificate))?.kind == .tls)
        #expect(error(url, Self.patient(caFile: "/does/not/exist"))?.kind == .tls)
    }
}
