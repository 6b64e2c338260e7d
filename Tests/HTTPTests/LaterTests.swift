import Glibc
import RealKafka
import Synchronization
import Testing
import Threads

@testable import HTTP

/// Answers that are given later, by other threads.
@Suite(.timeLimit(.minutes(30))) struct LaterTests {
    private static func makeServer(_ desk: Desk, laterLimit: Duration = .seconds(60)) throws -> HTTPServer {
        var settings = ServerSettings()
        settings.laterLimit = laterLimit
        settings.headLimit = .seconds(60)
        return try HTTPServer(address: "127.0.0.1", port: 0, settings: settings) { request, exchange in
            switch request.path {
            case "/later":
                desk.put(exchange)
                return .later
            case "/before":
                exchange.answer(HTTPResponse("before"))
                return .later
            default: return .now(HTTPResponse(request.path))
            }
        }
    }

    @Test func `an answer is given by another thread, and the first one counts`() throws {
        let desk = Desk()
        let server = try Self.makeServer(desk)
        let client = try Client(port: server.port)
        for turn in 0..<20 {
            client.send("POST /later HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\nhi")
            let exchange = try desk.take()
            // Others are served meanwhile.
            #expect(try Client(port: server.port).request("GET", "/now").text == "/now")
            #expect(!exchange.isGone)
            exchange.answer(HTTPResponse("\(turn)"))
            exchange.answer(HTTPResponse("too late"))
            #expect(try client.answer().text == "\(turn)")
        }
        #expect(try client.request("GET", "/next").text == "/next")
    }

    @Test func `an answer that is there before the handler has returned goes out at once`() throws {
        let server = try Self.makeServer(Desk())
        let client = try Client(port: server.port)
        for _ in 0..<20 { #expect(try client.request("GET", "/before").text == "before") }
    }

    @Test func `many wait at once, and are answered by several threads`() throws {
        let desk = Desk()
        let server = try Self.makeServer(desk)
        let clients = try (0..<100).map { _ in try Client(port: server.port) }
        for _ in 0..<5 {
            for client in clients { client.send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n") }
            let exchanges = try clients.map { _ in try desk.take() }
            let threads = (0..<4).map { number in
                Thread("test") {
                    for index in stride(from: number, to: exchanges.count, by: 4) {
                        exchanges[index].answer(HTTPResponse("\(index)"))
                    }
                }
            }
            for thread in threads { thread.join() }
            let answers = try clients.map { try $0.answer().text }
            #expect(Set(answers) == Set((0..<100).map { "\($0)" }))
        }
    }

    @Test func `requests behind one that waits are answered in their order`() throws {
        let desk = Desk()
        let server = try Self.makeServer(desk)
        let client = try Client(port: server.port)
        let request = { (path: String) in "GET \(path) HTTP/1.1\r\nHost: here\r\n\r\n" }
        client.send(request("/later") + request("/a") + request("/later") + request("/b"))
        for text in ["/a", "/b"] {
            try desk.take().answer(HTTPResponse("later"))
            #expect(try client.answer().text == "later")
            #expect(try client.answer().text == text)
        }
    }

    @Test func `a client that leaves is noticed, and what it would have got is dropped`() throws {
        let desk = Desk()
        let server = try Self.makeServer(desk)
        var client: Client? = try Client(port: server.port)
        client?.send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n")
        let exchange = try desk.take()
        #expect(!exchange.isGone)
        client = nil
        try eventually("the client to be gone") { exchange.isGone }
        exchange.answer(HTTPResponse("nobody is there"))
        #expect(try Client(port: server.port).request("GET", "/now").status == 200)
    }

    @Test func `an answer that does not come has a deadline`() throws {
        let desk = Desk()
        let server = try Self.makeServer(desk, laterLimit: .milliseconds(200))
        let client = try Client(port: server.port)
        client.send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n")
        let exchange = try desk.take()
        #expect(try client.answer().status == 503)
        exchange.answer(HTTPResponse("too late"))
        #expect(try client.request("GET", "/next").text == "/next")
    }

    @Test func `a server stops while clients wait, and answers come after that`() throws {
        let desk = Desk()
        let server = try Self.makeServer(desk)
        let clients = try (0..<20).map { _ in try Client(port: server.port) }
        for client in clients { client.send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n") }
        let exchanges = try clients.map { _ in try desk.take() }
        exchanges[0].answer(HTTPResponse("in time, perhaps"))
        server.stop()
        #expect(exchanges.dropFirst().filter { !$0.isGone }.isEmpty)
        for exchange in exchanges { exchange.answer(HTTPResponse("too late")) }
        for client in clients.dropFirst() { #expect(client.isClosed()) }
    }

    @Test func `a newcomer takes the place of one that waits, if there is no other`() throws {
        let desk = Desk()
        var settings = ServerSettings()
        settings.connections = 2
        let server = try HTTPServer(address: "127.0.0.1", port: 0, settings: settings) { request, exchange in
            guard request.path == "/later" else { return .now(HTTPResponse("now")) }
            desk.put(exchange)
            return .later
        }
        let clients = try (0..<2).map { _ in try Client(port: server.port) }
        for client in clients { client.send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n") }
        let exchanges = try clients.map { _ in try desk.take() }
        #expect(try Client(port: server.port).request("GET", "/now").text == "now")
        try eventually("one to be gone") { exchanges.contains(where: \.isGone) }
    }

    @Test func `an exchange of no connection keeps its answer`() {
        let exchange = HTTPExchange()
        #expect(exchange.answered == nil && !exchange.isGone)
        exchange.answer(HTTPResponse("first"))
        exchange.answer(HTTPResponse("second"))
        #expect(exchange.answered.map { String(decoding: $0.body, as: UTF8.self) } == "first")
    }
}
