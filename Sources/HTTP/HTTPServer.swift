import CMicroHTTPD
import Glibc

/// A small HTTP server on a thread of its own. It answers with what `handler` says, which is called on that thread, for one
/// request after the other: it should not wait for anything.
///
/// A client that is slow or sends nonsense holds nobody up. Its connection is closed after 10 seconds without a byte, and
/// one address has at most three quarters of the connections. Bodies of requests are read and dropped; one that is too
/// large is answered with 413, one of unknown length with 411.
@safe package struct HTTPServer: ~Copyable {
    /// Where it listens: a free port, if 0 was asked for.
    package let port: UInt16
    private let daemon: OpaquePointer
    private let answerer: Unmanaged<Answerer>

    /// Listens from here on. `address` is an IP address of this machine, 0.0.0.0 for all of IPv4, or :: for all.
    package init(
        address: String, port: UInt16, connections: Int = 128, idleSeconds: Int = 10, bodyLimit: Int = 65_536,
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPServerError) {
        let socket = try ListeningSocket(address: address, port: port)
        let realPort = socket.port
        let answerer = unsafe Unmanaged.passRetained(Answerer(bodyLimit: bodyLimit, handler))
        guard
            let daemon = unsafe negawatt_start_http(
                socket.take(), answer, answerer.toOpaque(), UInt32(connections), UInt32(max(1, connections * 3 / 4)),
                UInt32(idleSeconds), 32_768)
        else {
            let code = errno
            unsafe answerer.release()
            throw HTTPServerError(code, address: address, port: port)
        }
        self.port = realPort
        unsafe self.daemon = unsafe daemon
        unsafe self.answerer = unsafe answerer
    }

    deinit {
        // Waits for the thread, which finishes the request that it is at and closes all connections.
        unsafe MHD_stop_daemon(daemon)
        unsafe answerer.release()
    }

    /// Closes all connections and the port. Not to be called by the handler.
    package consuming func stop() {}
}
