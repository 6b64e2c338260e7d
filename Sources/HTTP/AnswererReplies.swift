import CMicroHTTPD
import Glibc

/// What goes out, and what becomes of it.
extension Answerer {
    /// Bytes of a buffer that each stream has, and only clients of HTTP/1.0 use: all others are sent chunks out of
    /// their connection's memory.
    private static let streamBlock = 512

    /// The connection has been resumed: its answer is there, or the client is gone.
    func proceed(_ connection: ServerConnection) -> MHD_Result {
        if connection.isGone { return .NO }
        guard let response = connection.exchange?.takeOrAwait() else { return wait(connection) }
        table.enter(.answer, connection.socket, at: .now)
        return send(response, connection)
    }

    func wait(_ connection: ServerConnection) -> MHD_Result {
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

    func start(_ stream: HTTPStream, _ connection: ServerConnection) -> MHD_Result {
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
                negawatt_stream_size, Self.streamBlock, takeFromStream, context, forgetStream)
        else {
            unsafe forgetStream(context)
            return .NO
        }
        stream.attach(to: connection)
        connection.stream = stream
        watch(connection)
        // A client that has vanished does not say so, and the system would continue sending for a quarter of an hour.
        var milliseconds: UInt32 = 60_000
        unsafe setsockopt(
            connection.socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size)
        )
        table.enter(stream.isEnding ? .answer : .stream, connection.socket, at: .now)
        return unsafe queue(made, stream.status, stream.contentType, stream.headers, connection)
    }

    func send(_ response: HTTPResponse, _ connection: ServerConnection) -> MHD_Result {
        let made = unsafe response.body.withUnsafeBytes { bytes in
            unsafe MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let made = unsafe made else { return .NO }
        if response.status == 304 { unsafe negawatt_leave_out_length(made) }
        connection.bytes = connection.method == "HEAD" ? 0 : response.body.count
        return unsafe queue(made, response.status, response.contentType, response.headers, connection)
    }

    private func queue(
        _ response: OpaquePointer, _ status: Int, _ contentType: String, _ headers: [(name: String, value: String)],
        _ connection: ServerConnection
    ) -> MHD_Result {
        defer { unsafe MHD_destroy_response(response) }
        if !contentType.isEmpty { unsafe MHD_add_response_header(response, "Content-Type", contentType) }
        for header in headers { unsafe MHD_add_response_header(response, header.name, header.value) }
        if connection.isLast || isDraining { unsafe MHD_add_response_header(response, "Connection", "close") }
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
}
