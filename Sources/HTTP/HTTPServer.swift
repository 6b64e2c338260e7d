import CMicroHTTPD
import Glibc

/// An HTTP server on a thread of its own. The handler is called on that thread, for one request after the other: it
/// answers at once, or later from another thread, or with a stream, and must not wait for anything.
///
/// A client that is slow or sends nonsense holds nobody up. `ServerSettings` says what it may take of time and of
/// memory; however slowly bytes come meanwhile, its connection is closed then. At the limit of connections a newcomer
/// takes the place of one of the client that has the most.
///
/// A request that two servers could read in two ways is refused, and its connection is closed: so nobody who sends
/// through a proxy can have a part of his request taken for another one (`RequestHead`, `HTTPTarget`, `HeadLayout`).
/// After a body in chunks the connection is closed as well, for libmicrohttpd is lenient with where chunks end.
@safe package struct HTTPServer: ~Copyable {
    /// Where it listens: a free port, if 0 was asked for.
    package let port: UInt16
    private let answerer: Unmanaged<Answerer>
    private let wakeups: Wakeups
    private let thread: ServerThread

    /// libmicrohttpd's, as this process has found it.
    package static var libraryVersion: String { unsafe String(cString: MHD_get_version()) }

    /// Those that are closed already, but not yet by libmicrohttpd: it is at most so many behind.
    private static let slack = 64

    /// Listens from here on. `address` is an IP address of this machine, 0.0.0.0 for all of IPv4, or :: for all.
    package init(
        address: String, port: UInt16, settings: ServerSettings, handler: @escaping HTTPHandler
    ) throws(HTTPServerError) {
        let socket = try ListeningSocket(address: address, port: port)
        let realPort = socket.port
        var certificates: Certificates?
        if let files = settings.tls {
            do throws(CertificateError) { certificates = try Certificates(files, report: settings.tlsFault) } catch {
                throw HTTPServerError(error)
            }
        }
        let object: Answerer
        do throws(SystemCode) { object = try Answerer(settings, certificates, handler) } catch {
            throw HTTPServerError(error.code, address: address, port: port)
        }
        let answerer = unsafe Unmanaged.passRetained(object)
        guard
            let daemon = unsafe negawatt_start_http(
                socket.take(), answer, connectionChanged, targetCame, requestEnded, answerer.toOpaque(),
                UInt32(object.table.limit + Self.slack), object.connectionMemory,
                certificates == nil ? nil : certificateWanted)
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
        wakeups = object.wakeups
        unsafe self.answerer = unsafe answerer
    }

    /// One that answers everything at once, and has no use for bodies.
    package init(
        address: String, port: UInt16, connections: Int = 128, headLimit: Duration = .seconds(5),
        answerLimit: Duration = .seconds(10), bodyLimit: Int = 65_536,
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPServerError) {
        var settings = ServerSettings()
        settings.connections = connections
        settings.headLimit = headLimit
        settings.answerLimit = answerLimit
        settings.bodyBytes = bodyLimit
        settings.keepsBodies = false
        try self.init(address: address, port: port, settings: settings) { request, _ in .now(handler(request)) }
    }

    deinit {
        thread.stop()
        unsafe answerer.release()
    }

    /// From here on each answer is its connection's last, and says so; who comes is taken as before.
    package func drain() { wakeups.proceed(to: .draining) }

    /// The same, and nobody can connect any more. Whoever had before is answered.
    package func closePort() { wakeups.proceed(to: .closed) }

    /// What there still is to do, as the server's thread has told it since `drain`.
    package var load: HTTPLoad { wakeups.load }

    /// Closes all connections and the port: streams end, and who waits for an answer gets none. Not to be called by the
    /// handler.
    package consuming func stop() {}
}
