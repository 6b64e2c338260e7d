import Glibc
import Synchronization
import Testing
import Threads

@testable import HTTP

@Suite(.timeLimit(.minutes(30))) struct HTTPServerTests {
    private static func makeServer(
        headLimit: Duration = .seconds(10), bodyLimit: Int = 1000
    ) throws -> HTTPServer {
        try HTTPServer(
            address: "127.0.0.1", port: 0, headLimit: headLimit, answerLimit: headLimit, bodyLimit: bodyLimit
        ) { request in
            switch request.path {
            case "/livez": return request.isRead ? HTTPResponse("alive\n") : .methodNotAllowed
            case "/echo":
                let query = request.query.map { "\($0.name)=\($0.value);" }.joined()
                return HTTPResponse(
                    status: 201, contentType: "text/x-echo", body: Array("\(request.method) \(query)".utf8))
            case "/big": return HTTPResponse(contentType: "application/octet-stream", body: big)
            case "/known": return HTTPResponse(status: 304, contentType: "", body: [])
            case "/empty": return HTTPResponse(status: 204, contentType: "text/plain", body: [])
            default: return request.segments == ["a b", "가"] ? HTTPResponse("escapes") : .notFound
            }
        }
    }

    private static let big = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test func `answers with status type and body`() throws {
        let server = try Self.makeServer()
        let client = try Client(port: server.port)
        let alive = try client.request("GET", "/livez")
        #expect(alive.status == 200 && alive.text == "alive\n")
        #expect(alive.headers["content-type"] == "text/plain; charset=utf-8")
        #expect(alive.headers["content-length"] == "6")
        // On the same connection.
        let echo = try client.request("GET", "/echo?a=1&b=x%20y+z&%EA%B0%80=%26&flag&a=2")
        #expect(echo.status == 201 && echo.headers["content-type"] == "text/x-echo")
        #expect(echo.text == "GET a=1;b=x y z;가=&;flag=;a=2;")
        #expect(try client.request("GET", "/a%20b/%EA%B0%80").text == "escapes")
        #expect(try client.request("GET", "/big").body == Self.big)
        #expect(try client.request("GET", "/empty").status == 204)
    }

    @Test func `of what has not been modified no length is said, where libmicrohttpd can leave it out`() throws {
        let server = try Self.makeServer()
        let said = ["0.9.75", "0.9.76"].contains(HTTPServer.libraryVersion) ? "0" : nil
        let client = try Client(port: server.port)
        for method in ["GET", "HEAD"] {
            client.send("\(method) /known HTTP/1.1\r\nHost: here\r\n\r\n")
            let known = try client.answer(hasBody: false)
            #expect(known.status == 304 && known.headers["content-length"] == said)
            #expect(try client.request("GET", "/livez").text == "alive\n")
        }
    }

    @Test func `what is not there is said`() throws {
        let server = try Self.makeServer()
        let client = try Client(port: server.port)
        #expect(try client.request("GET", "/nothing").status == 404)
        let refused = try client.request("DELETE", "/livez")
        #expect(refused.status == 405 && refused.headers["allow"] == "GET, HEAD")
        #expect(try client.request("GET", "/livez").status == 200)
    }

    @Test func `head is get without the body`() throws {
        let server = try Self.makeServer()
        let client = try Client(port: server.port)
        let head = try client.request("HEAD", "/livez")
        #expect(head.status == 200 && head.headers["content-length"] == "6")
        // If a body had come, it would be taken for the next answer.
        #expect(try client.request("GET", "/livez").text == "alive\n")
        #expect(try client.request("HEAD", "/nothing").status == 404)
        #expect(try client.request("GET", "/echo").text == "GET ")
    }

    @Test func `a body is dropped if it is not too large`() throws {
        let server = try Self.makeServer(bodyLimit: 1000)
        let client = try Client(port: server.port)
        let body = String(repeating: "x", count: 1000)
        let taken = try client.request("POST", "/echo?q=1", headers: "Content-Length: 1000\r\n", body: body)
        #expect(taken.text == "POST q=1;")
        #expect(try client.request("GET", "/livez").status == 200)
        #expect(try client.request("POST", "/echo", headers: "Content-Length: 1001\r\n").status == 413)
        let absurd = try Client(port: server.port)
        let answer = try absurd.request("POST", "/echo", headers: "Content-Length: 99999999999999999999999\r\n")
        #expect((400...499).contains(answer.status))
    }

    @Test func `many clients are served at once`() throws {
        let server = try Self.makeServer()
        let port = server.port
        let failures = Mutex<[String]>([])
        withThreads(32) { number in
            do {
                let client = try Client(port: port)
                for turn in 0..<50 {
                    let answer = try client.request("GET", "/echo?n=\(number)&t=\(turn)")
                    if answer.text != "GET n=\(number);t=\(turn);" { failures.withLock { $0.append(answer.text) } }
                }
            } catch { failures.withLock { $0.append("\(error)") } }
        }
        #expect(failures.withLock { $0 } == [])
    }

    @Test func `slow and senseless clients hold nobody up`() throws {
        let server = try Self.makeServer(headLimit: .seconds(1))
        let silent = try Client(port: server.port)
        let slow = try Client(port: server.port)
        slow.send("GET /livez HT")
        let stuck = try Client(port: server.port)
        stuck.send("POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nonly a part")
        let lazy = try Client(port: server.port)
        lazy.send("GET /big HTTP/1.1\r\nHost: here\r\n\r\n")
        let garbage = try Client(port: server.port)
        garbage.send("\u{16}\u{3}\u{1}\0\u{1}\r\n\r\n nonsense \r\n\r\n")
        let long = try Client(port: server.port)
        long.send("GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\n")
        #expect(try Client(port: server.port).request("GET", "/livez").status == 200)
        let tooMuch = try Client(port: server.port)
        let headers = (0..<1000).map { "X-\($0): \(String(repeating: "y", count: 100))\r\n" }.joined()
        #expect((400...499).contains(try tooMuch.request("GET", "/livez", headers: headers).status))
        // They are all let go of; those who asked for something may get an answer before.
        #expect(silent.isClosed() && slow.isClosed() && stuck.isClosed())
        #expect(try Client(port: server.port).request("GET", "/livez").status == 200)
    }

    @Test func `a port that is taken is said`() throws {
        let server = try Self.makeServer()
        let port = server.port
        #expect {
            _ = try HTTPServer(address: "127.0.0.1", port: port) { _ in .notFound }
        } throws: { error in
            (error as? HTTPServerError)?.code == EADDRINUSE
                && "\(error)".contains("port \(port) of 127.0.0.1 is in use")
        }
        server.stop()
        let next = try HTTPServer(address: "127.0.0.1", port: port) { _ in HTTPResponse("next") }
        #expect(try Client(port: next.port).request("GET", "/").text == "next")
    }

    @Test(arguments: ["localhost", "", "1.2.3", "203.0.113.7"])
    func `an address that cannot be is said`(address: String) {
        #expect {
            _ = try HTTPServer(address: address, port: 0) { _ in .notFound }
        } throws: { error in
            "\(error)".hasPrefix("\(address) is not an") && "\(error)".contains("0.0.0.0")
        }
    }

    @Test func `a port that is not permitted is said`() {
        let error = HTTPServerError(EACCES, address: "0.0.0.0", port: 80)
        #expect([EACCES, EPERM].contains(error.code))
        #expect("\(error)".contains("port 80 of 0.0.0.0 is not permitted: choose one from 1024 up"))
    }

    @Test(arguments: ["0.0.0.0", "::", "::1"]) func `listens where it is told`(address: String) throws {
        do {
            let server = try HTTPServer(address: address, port: 0) { _ in HTTPResponse("here") }
            if address != "::1" { #expect(try Client(port: server.port).request("GET", "/").text == "here") }
            if address != "0.0.0.0" {
                #expect(try Client(port: server.port, ipv6: true).request("GET", "/").text == "here")
            }
        } catch let error as HTTPServerError where address != "0.0.0.0" {
            // A machine without IPv6.
            #expect(error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL)
        }
    }

    @Test func `stopping closes connections and the port`() throws {
        let server = try Self.makeServer()
        let port = server.port
        let idle = try Client(port: port)
        #expect(try idle.request("GET", "/livez").status == 200)
        let halfway = try Client(port: port)
        halfway.send("GET /livez HTTP/1.1\r\n")
        server.stop()
        #expect(idle.isClosed() && halfway.isClosed())
        #expect(throws: Client.Failure.notConnected) { _ = try Client(port: port) }
    }

    @Test func `stopping waits for the answer that is being made`() throws {
        let isIn = Flag()
        let goOn = Flag()
        let isDone = Flag()
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { _ in
            isIn.set()
            goOn.wait()
            isDone.set()
            return .notFound
        }
        let client = try Client(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        isIn.wait()
        #expect(!isDone.isSet)
        goOn.set()
        server.stop()
        #expect(isDone.isSet)
    }

    private func withThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let threads = (0..<count).map { number in Thread("test") { body(number) } }
        for thread in threads { thread.join() }
    }
}

/// Set once by one thread, for another.
private final class Flag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
    func wait() { while !isSet { sched_yield() } }
}
