import Glibc
import RealKafka
import Synchronization
import Testing
import Threads

@testable import HTTP

/// Answers without an end.
@Suite(.timeLimit(.minutes(30))) struct StreamTests {
    /// Streams that clients have opened, and those that have ended.
    private final class Hub: Sendable {
        let limit: Int
        let opened = Mutex<[HTTPStream]>([])
        let ended = Mutex<[HTTPStream]>([])

        init(limit: Int = 262_144) { self.limit = limit }

        func open() -> HTTPStream {
            let stream = HTTPStream(headers: [(name: "X-Accel-Buffering", value: "no")], limit: limit) { stream in
                self.ended.withLock { $0.append(stream) }
            }
            opened.withLock { $0.append(stream) }
            return stream
        }

        func waitForOpened(_ count: Int) throws -> [HTTPStream] {
            try eventually("\(count) streams") { opened.withLock { $0.count } >= count }
            return opened.withLock { $0 }
        }

        func waitForEnded(_ count: Int) throws -> [HTTPStream] {
            try eventually("\(count) streams to end") { ended.withLock { $0.count } >= count }
            return ended.withLock { $0 }
        }
    }

    private static func makeServer(
        _ hub: Hub, connections: Int = 1000, answerLimit: Duration = .seconds(60), headLimit: Duration = .seconds(60)
    ) throws -> HTTPServer {
        var settings = ServerSettings()
        settings.connections = connections
        settings.headLimit = headLimit
        settings.answerLimit = answerLimit
        return try HTTPServer(address: "127.0.0.1", port: 0, settings: settings) { request, _ in
            switch request.path {
            case "/live": return .stream(hub.open())
            case "/greeting":
                let stream = hub.open()
                _ = stream.send(Array("hello".utf8))
                stream.end()
                return .stream(stream)
            default: return .now(HTTPResponse(request.path))
            }
        }
    }

    private func listen(_ server: borrowing HTTPServer) throws -> Client {
        let client = try Client(port: server.port)
        client.send("GET /live HTTP/1.1\r\nHost: here\r\n\r\n")
        return client
    }

    @Test func `what is sent arrives, in its order, and then the end`() throws {
        let hub = Hub()
        let server = try Self.makeServer(hub)
        let client = try listen(server)
        let stream = try hub.waitForOpened(1)[0]
        let head = try client.answer()
        #expect(head.status == 200 && head.headers["content-type"] == "text/event-stream")
        #expect(head.headers["transfer-encoding"] == "chunked" && head.headers["x-accel-buffering"] == "no")
        var expected = ""
        for number in 0..<200 {
            let text = "data: \(number)\(String(repeating: "x", count: number * 10))\n\n"
            #expect(stream.send(Array(text.utf8)))
            expected += text
            // Some come while the connection sleeps, and some while it does not.
            if number % 20 == 0 { #expect(try client.chunks(expected.utf8.count) == expected) }
        }
        #expect(try client.chunks(expected.utf8.count) == expected)
        stream.end()
        #expect(!stream.send([1]) && stream.isOver)
        #expect(try client.chunks(nil) == expected)
        #expect(try hub.waitForEnded(1)[0] === stream)
        // The connection continues.
        #expect(try client.request("GET", "/next").text == "/next")
    }

    @Test func `what is sent before the stream begins comes first`() throws {
        let hub = Hub()
        let server = try Self.makeServer(hub)
        let client = try Client(port: server.port)
        for turn in 1...5 {
            client.send("GET /greeting HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(try client.answer().status == 200)
            #expect(try client.chunks(nil) == "hello")
            #expect(try hub.waitForEnded(turn).count == turn)
        }
        // An old client gets it without chunks, up to the end of the connection.
        let old = try Client(port: server.port)
        old.send("GET /greeting HTTP/1.0\r\n\r\n")
        #expect(try old.answer().status == 200)
        #expect(old.rest() == "hello")
    }

    @Test func `HEAD gets the headers, and the stream ends`() throws {
        let hub = Hub()
        let server = try Self.makeServer(hub)
        let client = try Client(port: server.port)
        #expect(try client.request("HEAD", "/live").headers["content-type"] == "text/event-stream")
        #expect(try hub.waitForEnded(1)[0].isOver)
        #expect(try client.request("GET", "/next").text == "/next")
    }

    @Test func `many get the same, sent by several threads`() throws {
        let hub = Hub()
        let server = try Self.makeServer(hub)
        let clients = try (0..<200).map { _ in try listen(server) }
        let streams = try hub.waitForOpened(200)
        for client in clients { #expect(try client.answer().status == 200) }
        let message = Array("data: \(String(repeating: "m", count: 500))\n\n".utf8)
        let threads = (0..<4).map { _ in
            Thread("test") { for _ in 0..<25 { for stream in streams { _ = stream.send(message) } } }
        }
        for thread in threads { thread.join() }
        let expected = String(repeating: String(decoding: message, as: UTF8.self), count: 100)
        for client in clients { #expect(try client.chunks(expected.utf8.count) == expected) }
        #expect(streams.allSatisfy { $0.waiting == 0 && !$0.isOver })
    }

    @Test func `what is sent to many at once comes to all but those that take no more`() throws {
        let hub = Hub(limit: 100)
        let one = try Self.makeServer(hub)
        let other = try Self.makeServer(hub)
        let clients = try (0..<20).map { place in try place % 2 == 0 ? listen(one) : listen(other) }
        let streams = try hub.waitForOpened(20)
        for client in clients { #expect(try client.answer().status == 200) }
        #expect(streams[3].send([]) && HTTPStream.send([], to: streams).isEmpty)
        streams[3].end()
        let message = "data: to all\n\n"
        for _ in 1...5 {
            let left = HTTPStream.send(Array(message.utf8), to: streams)
            #expect(left.count == 1 && left[0] === streams[3])
        }
        let expected = String(repeating: message, count: 5)
        let taken = try clients.map { try $0.chunks(expected.utf8.count) }
        #expect(taken.filter { $0 == expected }.count == 19 && taken.contains(""))
        #expect(HTTPStream.send([UInt8](repeating: 1, count: 101), to: streams).count == 20)
    }

    @Test func `a client that leaves is noticed, whether anything is sent or not`() throws {
        let hub = Hub()
        let server = try Self.makeServer(hub)
        var clients: [Client]? = try (0..<20).map { _ in try listen(server) }
        let streams = try hub.waitForOpened(20)
        for client in clients ?? [] { #expect(try client.answer().status == 200) }
        for stream in streams.prefix(10) { #expect(stream.send([1])) }
        clients = nil
        let ended = try hub.waitForEnded(20)
        #expect(ended.count == 20 && ended.allSatisfy(\.isOver))
        #expect(!streams[0].send([1]))
        #expect(try Client(port: server.port).request("GET", "/now").status == 200)
    }

    @Test func `what waits for a client that does not take it is bounded`() throws {
        let hub = Hub(limit: 100_000)
        let server = try Self.makeServer(hub, answerLimit: .seconds(1))
        let client = try Client(port: server.port, buffer: 4096)
        client.send("GET /live HTTP/1.1\r\nHost: here\r\n\r\n")
        let stream = try hub.waitForOpened(1)[0]
        let part = [UInt8](repeating: 7, count: 1000)
        var sent = 0
        while stream.send(part) {
            sent += 1
            #expect(stream.waiting <= 100_000)
            guard sent < 100_000 else { break }
            // What the system takes in is its own matter.
            if sent % 50 == 0 { usleep(100) }
        }
        #expect(sent < 100_000 && stream.waiting > 99_000 && !stream.isOver)
        #expect(!stream.send([UInt8](repeating: 0, count: 100_001)))
        stream.end()
        #expect(try hub.waitForEnded(1)[0] === stream)
        #expect(try Client(port: server.port).request("GET", "/now").status == 200)
    }

    @Test func `a stream outlasts the deadlines of requests`() throws {
        let hub = Hub()
        let server = try Self.makeServer(hub, answerLimit: .milliseconds(300), headLimit: .milliseconds(300))
        let client = try listen(server)
        let stream = try hub.waitForOpened(1)[0]
        #expect(try client.answer().status == 200)
        let idle = try Client(port: server.port)
        #expect(idle.isClosed())
        let other = try Client(port: server.port)
        #expect(other.isClosed())
        #expect(stream.send(Array("still here".utf8)))
        #expect(try client.chunks(10) == "still here")
    }

    @Test func `streams count as connections`() throws {
        let hub = Hub()
        let server = try Self.makeServer(hub, connections: 3)
        let clients = try (0..<3).map { _ in try listen(server) }
        let streams = try hub.waitForOpened(3)
        for client in clients { #expect(try client.answer().status == 200) }
        #expect(try Client(port: server.port).request("GET", "/now").status == 200)
        let victim = try hub.waitForEnded(1)[0]
        #expect(streams.contains { $0 === victim })
    }

    @Test func `a server stops with streams open`() throws {
        let hub = Hub()
        let server = try Self.makeServer(hub)
        let clients = try (0..<50).map { _ in try listen(server) }
        let streams = try hub.waitForOpened(50)
        for stream in streams.prefix(25) { #expect(stream.send([1])) }
        server.stop()
        #expect(try hub.waitForEnded(50).count == 50)
        #expect(streams.allSatisfy { !$0.send([1]) })
        for client in clients { client.readToEnd() }
    }
}
