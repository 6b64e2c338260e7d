import CMicroHTTPD
import Glibc
import Synchronization

/// What the callbacks of libmicrohttpd find behind their pointer: the server's connections and what is done for each.
///
/// Used by the thread that runs libmicrohttpd, and by no other while that runs.
@safe final class Answerer: @unchecked Sendable {
    let settings: ServerSettings
    let wakeups: Wakeups
    let hangUps: HangUps
    let certificates: Certificates?
    var table: ConnectionTable
    var connections: [Int32: ServerConnection] = [:]
    private let handler: HTTPHandler
    /// Whether libmicrohttpd reads a head as it should, and need not be looked after.
    let readsStrictly = !HTTPServer.libraryVersion.hasPrefix("0.")

    /// - Throws: the system's code.
    init(_ settings: ServerSettings, _ certificates: Certificates?, _ handler: @escaping HTTPHandler) throws(SystemCode)
    {
        self.certificates = certificates
        wakeups = try Wakeups()
        hangUps = try HangUps()
        self.settings = settings
        self.handler = handler
        table = ConnectionTable(
            limit: settings.connections, headLimit: settings.headLimit, answerLimit: settings.answerLimit,
            laterLimit: settings.laterLimit, idleLimit: settings.idleLimit)
    }

    var connectionMemory: Int { settings.headBytes + 8192 }

    /// The head of a request is there, its body not yet. What is refused here is followed by nothing on this connection.
    func begin(
        _ connection: ServerConnection, _ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>
    ) -> MHD_Result {
        table.enter(.answer, connection.socket, at: connection.since)
        connection.method = unsafe String(cString: method)
        if let refusal = unsafe refusal(connection, method, version) {
            connection.isLast = true
            return send(settings.refusals(refusal.status, refusal.detail, refusal.headers), connection)
        }
        connection.step = .body
        return .YES
    }

    private func refusal(
        _ connection: ServerConnection, _ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>
    ) -> HTTPRefusal? {
        let size = unsafe negawatt_head_size_of(connection.raw)
        guard size <= settings.headBytes else {
            return HTTPRefusal(431, "a request's head may have \(settings.headBytes) bytes")
        }
        let methodCount = unsafe strlen(method)
        let start = UInt(bitPattern: method)
        let layout = HeadLayout(
            method: start, methodCount: UInt(methodCount), target: connection.targetStart,
            targetEnd: connection.targetEnd, version: UInt(bitPattern: version))
        var reading = HeadReading(head: RequestHead(bytes: size), layout: layout)
        unsafe withUnsafeMutablePointer(to: &reading) { reading in
            _ = unsafe MHD_get_connection_values_n(connection.raw, .HEADER_KIND, addHeader, reading)
        }
        reading.layout.close(end: start &+ UInt(size))
        let target: HTTPTarget
        switch connection.target {
        case .success(let found): target = found
        case .failure(let refusal): return refusal
        case nil: return .malformed("the request has no target")
        }
        let isOld = unsafe strcmp(version, "HTTP/1.0") == 0
        let name = unsafe Span(
            _unsafeStart: UnsafeRawPointer(method).assumingMemoryBound(to: UInt8.self), count: methodCount)
        if let refusal = reading.head.refusal(method: name, isOld: isOld, authority: target.authority) {
            return refusal
        }
        guard readsStrictly || reading.layout.isContiguous else {
            return .malformed(
                "the lines of the head are not as HTTP has them: each ends with CR and LF, and none goes on in the next"
            )
        }
        if let length = reading.head.contentLength, length > settings.bodyBytes { return tooLarge }
        connection.isLast = reading.head.isChunked
        connection.headers = reading.head.headers
        if settings.keepsBodies { connection.body.reserveCapacity(reading.head.contentLength ?? 0) }
        return nil
    }

    private var tooLarge: HTTPRefusal { HTTPRefusal(413, "a body may have \(settings.bodyBytes) bytes") }

    /// A part of the body.
    func add(_ connection: ServerConnection, _ part: UnsafeBufferPointer<UInt8>) -> MHD_Result {
        connection.bytes += part.count
        // One in chunks has not said how long it is. What is too much of it is dropped, up to a point.
        guard connection.bytes <= settings.bodyBytes else {
            connection.body = []
            return connection.bytes <= 4 * settings.bodyBytes ? .YES : .NO
        }
        if settings.keepsBodies { unsafe connection.body.append(contentsOf: part) }
        return .YES
    }

    /// The request is there as a whole.
    func answer(_ connection: ServerConnection) -> MHD_Result {
        guard case .success(let target) = connection.target else { return .NO }
        guard connection.bytes <= settings.bodyBytes else {
            return send(settings.refusals(tooLarge.status, tooLarge.detail, []), connection)
        }
        let request = HTTPRequest(
            method: connection.method, target: target, headers: connection.headers, body: connection.body,
            peer: connection.peer, isSecure: certificates != nil)
        connection.body = []
        connection.headers = HTTPHeaders()
        connection.bytes = 0
        let exchange = HTTPExchange(connection)
        connection.exchange = exchange
        switch handler(request, exchange) {
        case .now(let response): return send(response, connection)
        case .stream(let stream): return start(stream, connection)
        case .later:
            if let response = exchange.takeOrAwait() { return send(response, connection) }
            table.enter(.later, connection.socket, at: .now)
            connection.step = .later
            return wait(connection)
        }
    }

    /// The connection has been resumed: its answer is there, or the client is gone.
    func proceed(_ connection: ServerConnection) -> MHD_Result {
        if connection.isGone { return .NO }
        guard let response = connection.exchange?.takeOrAwait() else { return wait(connection) }
        table.enter(.answer, connection.socket, at: .now)
        return send(response, connection)
    }

    private func wait(_ connection: ServerConnection) -> MHD_Result {
        watch(connection)
        guard !connection.isGone else { return .NO }
        connection.suspend()
        return .YES
    }

    private func watch(_ connection: ServerConnection) {
        guard !connection.isWatched else { return }
        connection.isWatched = true
        hangUps.watch(connection.socket)
    }

    private func start(_ stream: HTTPStream, _ connection: ServerConnection) -> MHD_Result {
        // libmicrohttpd would send the end of the chunks behind the head.
        if connection.method == "HEAD" {
            stream.attach(to: connection)
            connection.stream = stream
            var response = HTTPResponse(status: stream.status, contentType: stream.contentType, body: [])
            response.headers = stream.headers
            return send(response, connection)
        }
        let context = unsafe Unmanaged.passRetained(connection).toOpaque()
        guard
            let made = unsafe MHD_create_response_from_callback(
                negawatt_stream_size, 4096, takeFromStream, context, forgetStream)
        else {
            unsafe forgetStream(context)
            return .NO
        }
        stream.attach(to: connection)
        connection.stream = stream
        watch(connection)
        // A client that has vanished does not say so, and the system would go on sending for a quarter of an hour.
        var milliseconds: UInt32 = 60_000
        unsafe setsockopt(
            connection.socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size)
        )
        table.enter(stream.isEnding ? .answer : .stream, connection.socket, at: .now)
        return unsafe queue(made, stream.status, stream.contentType, stream.headers, connection)
    }

    private func send(_ response: HTTPResponse, _ connection: ServerConnection) -> MHD_Result {
        let made = unsafe response.body.withUnsafeBytes { bytes in
            unsafe MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let made = unsafe made else { return .NO }
        connection.bytes = response.body.count
        return unsafe queue(made, response.status, response.contentType, response.headers, connection)
    }

    private func queue(
        _ response: OpaquePointer, _ status: Int, _ contentType: String, _ headers: [(name: String, value: String)],
        _ connection: ServerConnection
    ) -> MHD_Result {
        defer { unsafe MHD_destroy_response(response) }
        if !contentType.isEmpty { unsafe MHD_add_response_header(response, "Content-Type", contentType) }
        for header in headers { unsafe MHD_add_response_header(response, header.name, header.value) }
        if connection.isLast { unsafe MHD_add_response_header(response, "Connection", "close") }
        connection.status = status
        connection.step = .sending
        return unsafe MHD_queue_response(connection.raw, UInt32(status), response)
    }

    /// The answer has gone out, or the request has ended without one.
    func finish(_ connection: ServerConnection, isComplete: Bool) {
        connection.exchange?.leave()
        if let stream = connection.stream {
            connection.bytes = stream.sent
            stream.finish()
        }
        let now = ContinuousClock.now
        if let access = settings.access, connection.status > 0 {
            let path = if case .success(let target) = connection.target { target.path } else { "-" }
            access(
                HTTPAccess(
                    method: connection.method, route: connection.exchange?.route, path: path, peer: connection.peer,
                    status: connection.status, duration: now - connection.since, bytes: connection.bytes,
                    isComplete: isComplete))
        }
        connection.reset()
        table.enter(.idle, connection.socket, at: now)
    }

    /// Other threads have something for this one.
    /// - Returns: false if the server is to end.
    func takeWakeups() -> Bool {
        let (woken, isEnding) = wakeups.take()
        for connection in woken {
            if connection.stream?.isEnding == true { table.enter(.answer, connection.socket, at: .now) }
            connection.resume()
        }
        return !isEnding
    }

    /// Clients have hung up that libmicrohttpd does not look at.
    func takeHangUps() {
        while let socket = hangUps.next() {
            guard let connection = connections[socket] else { continue }
            connection.isGone = true
            if connection.isSuspended { connection.exchange?.leave() }
            connection.resume()
        }
    }

    /// What the clock has.
    func takeOverdue() {
        let overdue = table.takeOverdue(at: .now)
        for socket in overdue.closed { end(socket) }
        for socket in overdue.late {
            connections[socket]?.exchange?.answer(settings.refusals(503, "there is no answer yet: try again", []))
        }
    }

    /// Lets everybody go: libmicrohttpd cannot be stopped while a connection is suspended.
    func close() {
        wakeups.close()
        for connection in connections.values {
            connection.isGone = true
            connection.resume()
        }
    }
}

/// What a head is gathered into.
struct HeadReading {
    var head: RequestHead
    var layout: HeadLayout
}
