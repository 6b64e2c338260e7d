import Synchronization

/// A request that is waiting for its answer, in the hands of whoever gives it: any thread may, once.
package final class HTTPExchange: Sendable {
    private struct State {
        var phase = Phase.open
        /// The connection waits, and has to be told when there is an answer.
        var isAwaited = false
        var isGone = false
        var route: String?
    }

    private enum Phase {
        case open
        case answered(HTTPResponse)
        /// The answer has been taken, or there is nobody left to take one.
        case over
    }

    private let state = Mutex(State())
    private let connection: ServerConnection?

    init(_ connection: ServerConnection) { self.connection = connection }

    /// One of no connection, for what calls a handler by itself. `answered` is what it was answered with.
    package init() { connection = nil }

    /// Gives the answer. The first one counts; later ones are ignored, as is one for a client that is gone.
    package func answer(_ response: HTTPResponse) {
        let isAwaited = state.withLock { state -> Bool in
            guard case .open = state.phase else { return false }
            state.phase = .answered(response)
            defer { state.isAwaited = false }
            return state.isAwaited
        }
        if isAwaited, let connection { connection.wakeups.add(CollectionOfOne(connection)) }
    }

    /// Whether the client has left, as far as that can be known: it has closed its side, or its deadline is over, or
    /// the server has stopped. One that has lost power is not noticed.
    package var isGone: Bool { state.withLock { $0.isGone } }

    /// What it has been answered with, while that has not been sent.
    package var answered: HTTPResponse? {
        state.withLock { state in if case .answered(let response) = state.phase { response } else { nil } }
    }

    /// What `HTTPAccess` says of where the request belongs: a route's pattern, and never what a client has sent.
    package var route: String? {
        get { state.withLock { $0.route } }
        set { state.withLock { $0.route = newValue } }
    }

    /// The answer, if there is one; otherwise the connection is told when there is.
    func takeOrAwait() -> HTTPResponse? {
        state.withLock { state in
            guard case .answered(let response) = state.phase else {
                state.isAwaited = true
                return nil
            }
            state.phase = .over
            return response
        }
    }

    /// The client has left.
    func leave() {
        state.withLock { state in
            state.isGone = true
            state.phase = .over
        }
    }
}
