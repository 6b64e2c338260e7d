import CMicroHTTPD
import Glibc

/// A client's connection: what is known of it, and of the request that it is at.
///
/// Other threads only hand it on (`Wakeups`); whatever is in it belongs to the server's thread.
@safe final class ServerConnection: @unchecked Sendable {
    /// What comes next.
    enum Step {
        /// A request's first line, the first one or the next.
        case request
        /// The rest of its head.
        case head
        case body
        /// An answer, from another thread.
        case later
        /// That the answer has been taken.
        case sending
    }

    let raw: OpaquePointer
    let socket: Int32
    /// The client's address, as it is written.
    let peer: String
    let wakeups: Wakeups
    /// Nil without TLS.
    let certificates: Certificates?
    /// The one that its handshake has used.
    var certificate: Certificate?
    /// Whether a hang-up of the client is looked for while libmicrohttpd does not.
    var isWatched = false
    /// The client has closed its side.
    var isGone = false
    private(set) var isSuspended = false
    /// Whether a stream has written to much of what memory libmicrohttpd has for it, or libmicrohttpd itself.
    var hasUsedRoom = true

    var step = Step.request
    /// Nil before the first line is there.
    var target: Result<HTTPTarget, HTTPRefusal>?
    /// Where the target lay in libmicrohttpd's memory.
    var (targetStart, targetEnd): (UInt, UInt) = (0, 0)
    var headers = HTTPHeaders()
    var method = ""
    var body: [UInt8] = []
    /// Whether nothing can follow on this connection that could be told from this request for sure.
    var isLast = false
    var since = ContinuousClock.now
    var exchange: HTTPExchange?
    var stream: HTTPStream?
    var (status, bytes) = (0, 0)

    init(_ raw: OpaquePointer, socket: Int32, peer: String, _ wakeups: Wakeups, _ certificates: Certificates?) {
        unsafe self.raw = unsafe raw
        self.socket = socket
        self.peer = peer
        self.wakeups = wakeups
        self.certificates = certificates
    }

    /// Takes it out of what libmicrohttpd looks at. Only from what libmicrohttpd calls.
    func suspend() {
        guard !isSuspended else { return }
        isSuspended = true
        unsafe MHD_suspend_connection(raw)
    }

    func resume() {
        guard isSuspended else { return }
        isSuspended = false
        unsafe MHD_resume_connection(raw)
    }

    /// For the next request.
    func reset() {
        step = .request
        target = nil
        headers = HTTPHeaders()
        if !body.isEmpty { body = [] }
        isLast = false
        hasUsedRoom = true
        exchange = nil
        stream = nil
        (status, bytes) = (0, 0)
    }
}
