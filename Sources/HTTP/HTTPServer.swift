import CMicroHTTPD
import Glibc

/// A small HTTP server on a thread of its own. It answers with what `handler` says, which is called on that thread, for one
/// request after the other: it should not wait for anything.
///
/// A client that is slow or sends nonsense holds nobody up. It has a time for the whole head of each request, and one for what comes
/// behind it: its body, and taking the answer. However slowly bytes come meanwhile, its connection is closed then. There are at most
/// `connections`; at the limit a newcomer takes the place of the oldest one of the client that has the most. Bodies of requests are
/// read and dropped; one that is too large is answered with 413, one of unknown length with 411.
@safe package struct HTTPServer: ~Copyable {
    /// Where it listens: a free port, if 0 was asked for.
    package let port: UInt16
    private let daemon: OpaquePointer
    private let answerer: Unmanaged<Answerer>
    private let thread: ServerThread

    /// libmicrohttpd's, as this process has found it.
    package static var libraryVersion: String { unsafe String(cString: MHD_get_version()) }

    /// Those that are closed already, but not yet by libmicrohttpd: it is at most so many behind.
    private static let slack = 64

    /// Listens from here on. `address` is an IP address of this machine, 0.0.0.0 for all of IPv4, or :: for all.
    /// - Parameters:
    ///   - headLimit: how long a request's head may take, from the connection's beginning or the answer before.
    ///   - answerLimit: how long its body and the answer may take after that.
    package init(
        address: String, port: UInt16, connections: Int = 128, headLimit: Duration = .seconds(5),
        answerLimit: Duration = .seconds(10), bodyLimit: Int = 65_536,
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPServerError) {
        let socket = try ListeningSocket(address: address, port: port)
        let realPort = socket.port
        let table = ConnectionTable(limit: connections, headLimit: headLimit, answerLimit: answerLimit)
        let object = Answerer(bodyLimit: bodyLimit, table, handler)
        let answerer = unsafe Unmanaged.passRetained(object)
        guard
            let daemon = unsafe negawatt_start_http(
                socket.take(), answer, connectionChanged, targetCame, requestEnded, answerer.toOpaque(),
                UInt32(table.limit + Self.slack), Int(ConnectionTable.longestLine))
        else {
            let code = errno
            unsafe answerer.release()
            throw HTTPServerError(code, address: address, port: port)
        }
        let thread: ServerThread
        do throws(SystemCode) { thread = try unsafe ServerThread(daemon, object) } catch {
            unsafe MHD_stop_daemon(daemon)
            unsafe answerer.release()
            throw HTTPServerError(error.code, address: address, port: port)
        }
        self.port = realPort
        self.thread = thread
        unsafe self.daemon = unsafe daemon
        unsafe self.answerer = unsafe answerer
    }

    deinit {
        thread.stop()
        // Closes all connections.
        unsafe MHD_stop_daemon(daemon)
        unsafe answerer.release()
    }

    /// Closes all connections and the port. Not to be called by the handler.
    package consuming func stop() {}
}
