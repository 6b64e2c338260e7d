import CMicroHTTPD
import Glibc
import Synchronization

/// What other threads have for the server's: connections that are waited for, and how far it is to end. It is woken
/// once for all that come before it looks.
final class Wakeups: Sendable {
    /// How far the server is with its end; there is no way back.
    enum Course: Int {
        case serving
        /// Each answer is its connection's last.
        case draining
        /// Nobody can connect any more.
        case closed
        case ended
    }

    private struct State {
        var connections: [ServerConnection] = []
        var course = Course.serving
        var isOver = false
        var load = HTTPLoad()
    }

    /// Readable while there is something.
    let descriptor: Int32
    private let state = Mutex(State())

    /// - Throws: the system's code.
    init() throws(SystemCode) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemCode(errno) }
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// The connections have something to continue with.
    func add(_ connections: some Collection<ServerConnection>) {
        let isFirst = state.withLock { state in
            guard !state.isOver, !connections.isEmpty else { return false }
            defer { state.connections += connections }
            return state.connections.isEmpty
        }
        if isFirst { eventfd_write(descriptor, 1) }
    }

    /// The server is to be as far as that with its end.
    func proceed(to course: Course) {
        state.withLock { if $0.course.rawValue < course.rawValue { $0.course = course } }
        eventfd_write(descriptor, 1)
    }

    /// What has come since the last time.
    func take() -> (connections: [ServerConnection], course: Course) {
        var count: eventfd_t = 0
        unsafe eventfd_read(descriptor, &count)
        return state.withLock { state in
            defer { state.connections = [] }
            return (state.connections, state.course)
        }
    }

    /// What the server's thread has told last of what there still is to do.
    var load: HTTPLoad {
        get { state.withLock { $0.load } }
        set { state.withLock { $0.load = newValue } }
    }

    /// The server has stopped: nobody looks any more.
    func close() {
        state.withLock { state in
            state.connections = []
            state.isOver = true
        }
    }
}
