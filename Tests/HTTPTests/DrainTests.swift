import Glibc
import RealKafka
import Synchronization
import Testing
import Threads

@testable import HTTP

/// A server that is to end: nobody whose request it has taken goes without an answer.
@Suite(.timeLimit(.minutes(30))) struct DrainTests {
    /// Clients that ask one thing after the other, on connections that they keep until they are told not to.
    private final class Crowd: Sendable {
        let port: UInt16
        let answers = Atomic(0)
        /// Told by an answer that it is the last one.
        let told = Atomic(0)
        let lost = Mutex<[String]>([])

        init(port: UInt16) { self.port = port }

        func ask() {
            do {
                let client = try Client(port: port)
                while true {
                    let answer = try client.request("GET", "/work")
                    guard answer.status == 200, answer.text == "done" else {
                        return lost.withLock { $0.append("\(answer)") }
                    }
                    answers.add(1, ordering: .relaxed)
                    guard answer.headers["connection"]?.lowercased() != "close" else { break }
                }
                told.add(1, ordering: .relaxed)
                if !client.isClosed() { lost.withLock { $0.append("its connection is kept") } }
            } catch {
                lost.withLock { $0.append("\(error)") }
            }
        }
    }

    /// Answers come from another thread, as those to commands do.
    private static func server(_ desk: Desk) throws -> HTTPServer {
        try HTTPServer(address: "127.0.0.1", port: 0, settings: ServerSettings()) { request, exchange in
            desk.put(exchange)
            return .later
        }
    }

    @Test func `of many busy clients each is answered, and told that the answer is its connection's last`() throws {
        let desk = Desk()
        let server = try Self.server(desk)
        let isOver = Atomic(false)
        let answering = Thread("test") {
            while !isOver.load(ordering: .acquiring) {
                for exchange in desk.takeAll() { exchange.answer(HTTPResponse("done")) }
                usleep(200)
            }
        }
        let crowd = Crowd(port: server.port)
        let clients = (0..<60).map { _ in Thread("test") { crowd.ask() } }
        try eventually("all of them have been answered a few times") { crowd.answers.load(ordering: .relaxed) > 600 }
        server.drain()
        try eventually("all of them have been told") {
            crowd.told.load(ordering: .relaxed) + crowd.lost.withLock { $0.count } == 60
        }
        #expect(crowd.lost.withLock { $0 } == [])
        // Who comes now is answered too.
        let late = try Client(port: server.port).request("GET", "/work")
        #expect(late.status == 200 && late.headers["connection"] == "close")
        try eventually("no connection is left") { server.load.connections == 0 && server.load.requests == 0 }
        server.stop()
        isOver.store(true, ordering: .releasing)
        for thread in clients + [answering] { thread.join() }
    }

    @Test func `behind the closing of the port what has connected before is answered, and nobody connects`() throws {
        let desk = Desk()
        let server = try Self.server(desk)
        let port = server.port
        let waiting = try Client(port: port)
        waiting.send("GET /work HTTP/1.1\r\nHost: here\r\n\r\n")
        let exchange = try desk.take()
        // These may lie with the system still, which has answered for the server.
        let newcomers = try (0..<40).map { _ in try Client(port: port) }
        for client in newcomers { client.send("GET /work HTTP/1.1\r\nHost: here\r\n\r\n") }
        server.closePort()
        try eventually("the port is closed") { server.load.isClosed }
        #expect(throws: Client.Failure.notConnected) { _ = try Client(port: port) }
        exchange.answer(HTTPResponse("done"))
        #expect(try waiting.answer().text == "done")
        for _ in newcomers { try desk.take().answer(HTTPResponse("done")) }
        for client in newcomers { #expect(try client.answer().headers["connection"] == "close") }
        try eventually("nothing is left to do") { server.load.requests == 0 }
    }

    @Test func `a stream continues, and is no connection that is waited for`() throws {
        let stream = HTTPStream()
        let server = try HTTPServer(address: "127.0.0.1", port: 0, settings: ServerSettings()) { _, _ in .stream(stream)
        }
        let listener = try Client(port: server.port)
        #expect(try listener.request("GET", "/live").status == 200)
        server.drain()
        try eventually("the server knows") { server.load.requests == 0 && server.load.connections == 0 }
        #expect(stream.send(Array("more".utf8)))
        #expect(try listener.chunks(4) == "more")
        stream.end()
        #expect(try listener.chunks(nil) == "more")
    }
}
