import Daemon
import RealKafka
import Synchronization
import Testing
import Threads

/// A context or a gateway at work on a thread of its own.
final class Part: Sendable {
    private let serving: any Serving
    private let thread: Thread
    private let state: State

    private final class State: Sendable {
        let port = Mutex<UInt16?>(nil)
        /// Empty when it ended well.
        let end = Mutex<String?>(nil)
        let isJoined = Mutex(false)
    }

    init(_ name: String, _ serving: any Serving) {
        let state = State()
        (self.serving, self.state) = (serving, state)
        thread = Thread(name) {
            var end = ""
            do { try serving.run { port in state.port.withLock { $0 = port } } } catch { end = "\(error)" }
            state.end.withLock { $0 = end }
        }
    }

    func port() throws -> UInt16 {
        try eventually("a port, \(state.end.withLock { $0 } ?? "")") { state.port.withLock { $0 } != nil }
        return state.port.withLock { $0 } ?? 0
    }

    /// Waits until it says that it is ready.
    func awaitReady() throws -> WebClient {
        let client = WebClient(port: try port())
        try eventually("ready") { try client.ask("GET", "/readyz").status == 200 }
        return client
    }

    /// Waits until it has stopped, as it should.
    func stop() throws {
        serving.requestStop()
        try eventually("its end") { state.end.withLock { $0 } != nil }
        leave()
        #expect(state.end.withLock { $0 } == "")
    }

    func requestStop() { serving.requestStop() }

    /// In the end of all, when nobody is there any more to be told.
    func leave() {
        serving.requestStop()
        state.isJoined.withLock { isJoined in
            if !isJoined { thread.join() }
            isJoined = true
        }
    }
}
