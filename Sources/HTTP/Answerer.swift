import CMicroHTTPD
import Glibc

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
    /// Each answer is its connection's last.
    var isDraining = false
    /// When the first line of the last request was there.
    var lastRequestAt = ContinuousClock.now
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

    /// The head of a request, 56 bytes for each of its headers, and the head of the answer: without room for that there
    /// is no answer.
    var connectionMemory: Int { settings.headBytes + RequestHead.mostHeaders * 56 + 8192 }

    /// The head of a request is there, its body not yet. What is refused here is followed by nothing on this
    /// connection.
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
                "the request head is not valid HTTP: each line must end with CR LF and must not continue on the next"
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
}

/// What a head is gathered into.
struct HeadReading {
    var head: RequestHead
    var layout: HeadLayout
}
