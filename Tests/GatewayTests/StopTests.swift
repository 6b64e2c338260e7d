import Contracts
import Daemon
import Glibc
import RealKafka
import Schemas
import Synchronization
import Testing
import Threads

@testable import Gateway

/// A gateway that is asked to stop while it is asked, as each of them is when a new version comes.
@Suite(.timeLimit(.minutes(30))) struct StopTests {
    /// Clients that keep their connections, and go to another gateway once they are told that an answer was the last
    /// one.
    private final class Crowd: Sendable {
        let (port, other): (UInt16, UInt16)
        let header: (name: String, value: String)
        let answers = Atomic(0)
        let moved = Atomic(0)
        let lost = Mutex<[String]>([])

        init(port: UInt16, other: UInt16) {
            (self.port, self.other) = (port, other)
            header = Stage.authorization(.operator)
        }

        /// - Parameter number: every fourth of them writes.
        func ask(_ number: Int) {
            do {
                var connection = try KeptConnection(port: port)
                var hasMoved = false
                for round in 0... {
                    let isWrite = number % 4 == 0
                    let body = #"{"id":"stop-\#(number)-\#(round)","name":"n","capacity":1}"#
                    let answer =
                        try isWrite
                        ? connection.ask("POST", "/users", [header, ("Content-Type", "application/json")], body)
                        : connection.ask("GET", "/users?size=1", [header])
                    guard answer.status == (isWrite ? 201 : 200) else {
                        return lost.withLock { $0.append("\(number): \(answer)") }
                    }
                    answers.add(1, ordering: .relaxed)
                    guard !hasMoved else { break }
                    guard answer["Connection"]?.lowercased() == "close" else { continue }
                    connection = try KeptConnection(port: other)
                    hasMoved = true
                }
                moved.add(1, ordering: .relaxed)
            } catch {
                lost.withLock { $0.append("\(number): \(error)") }
            }
        }
    }

    @Test func `no request of many busy clients is lost when a gateway stops`() throws {
        let stage = try Stage.shared.get()
        let part = try stage.gateway()
        let client = try part.awaitReady()
        let crowd = Crowd(port: client.port, other: stage.guarded.port)
        let threads = (0..<32).map { number in Thread("client") { crowd.ask(number) } }
        try eventually("all of them are busy") { crowd.answers.load(ordering: .relaxed) > 200 }
        part.requestStop()
        // Before anything else: proxies are to hear of it.
        #expect(try client.ask("GET", "/readyz").status == 503)
        try part.stop()
        for thread in threads { thread.join() }
        #expect(crowd.lost.withLock { $0 } == [])
        #expect(crowd.moved.load(ordering: .relaxed) == 32)
    }

    @Test func `whoever waits for a command when a gateway stops is told where to ask`() throws {
        // Nobody handles what it sends.
        let stage = try Stage(without: .user)
        let part = try stage.gateway()
        let client = try part.awaitReady()
        let answer = Mutex<WebClient.Answer?>(nil)
        let waiting = Thread("waiting") {
            let found = try? client.ask(
                "POST", "/users",
                [Stage.authorization(.operator), ("Content-Type", "application/json"), ("Prefer", "wait=30")],
                #"{"id":"waits","name":"n","capacity":1}"#)
            answer.withLock { $0 = found }
        }
        try eventually("it is on its way") {
            try client.ask("GET", "/health", [Stage.authorization(.operator)]).at("/breaker/inFlight")?.number == 1
        }
        try part.stop()
        waiting.join()
        let found = try #require(answer.withLock { $0 })
        #expect(found.status == 202 && found["Location"]?.contains("/commands/user-") == true, "\(found)")
    }
}
