import CMicroHTTPD
import Synchronization

/// What the callbacks of libmicrohttpd find behind their pointer.
final class Answerer: Sendable {
    let connections: Mutex<ConnectionTable>
    private let bodyLimit: Int
    private let handler: @Sendable (HTTPRequest) -> HTTPResponse

    init(
        bodyLimit: Int, _ connections: consuming ConnectionTable,
        _ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        self.bodyLimit = bodyLimit
        self.connections = Mutex(connections)
        self.handler = handler
    }

    /// What to say to a request whose head is there, before its body is read; nil to go on.
    fileprivate func refusal(
        _ connection: OpaquePointer?, _ version: UnsafePointer<CChar>?
    ) -> HTTPResponse? {
        let socket = unsafe negawatt_socket_of(connection)
        let version = UInt(bitPattern: version)
        let hasZero = connections.withLock { connections in
            connections.enter(.answer, socket, at: .now)
            return connections.hasZero(socket, version: version)
        }
        if hasZero { return .notFound }
        if unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Transfer-Encoding") != nil {
            return HTTPResponse(status: 411, "the length of the body has to be said\n")
        }
        guard let length = unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length") else {
            return nil
        }
        guard let count = unsafe Int(String(cString: length)), count <= bodyLimit else {
            return HTTPResponse(status: 413, "a body may have \(bodyLimit) bytes\n")
        }
        return nil
    }

    fileprivate func answer(_ request: HTTPRequest) -> HTTPResponse { handler(request) }
}

/// Called when a request's header is there, then for each part of its body, and once more at its end. At file scope: a
/// closure written on the main actor traps on any other thread.
func answer(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?,
    _ bodyCount: UnsafeMutablePointer<Int>?, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context = unsafe context, let url = unsafe url, let method = unsafe method,
        let bodyCount = unsafe bodyCount, let state = unsafe state
    else { return .NO }
    let answerer = unsafe Unmanaged<Answerer>.fromOpaque(context).takeUnretainedValue()
    if unsafe state.pointee == nil {
        // Anything but null says that the header has been seen.
        unsafe state.pointee = unsafe context
        guard let refusal = unsafe answerer.refusal(connection, version) else { return .YES }
        return unsafe queue(refusal, connection)
    }
    guard unsafe bodyCount.pointee == 0 else {
        unsafe bodyCount.pointee = 0
        return .YES
    }
    let request = unsafe HTTPRequest(
        method: String(cString: method), path: String(cString: url), query: query(of: connection))
    return unsafe queue(answerer.answer(request), connection)
}

private func queue(_ response: HTTPResponse, _ connection: OpaquePointer?) -> MHD_Result {
    let made = unsafe response.body.withUnsafeBytes { bytes in
        unsafe MHD_create_response_from_buffer(
            bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let made = unsafe made else { return .NO }
    defer { unsafe MHD_destroy_response(made) }
    unsafe MHD_add_response_header(made, "Content-Type", response.contentType)
    for header in response.headers { unsafe MHD_add_response_header(made, header.name, header.value) }
    return unsafe MHD_queue_response(connection, UInt32(response.status), made)
}

private func query(of connection: OpaquePointer?) -> [(name: String, value: String)] {
    var query: [(name: String, value: String)] = []
    unsafe withUnsafeMutablePointer(to: &query) { query in
        _ = unsafe MHD_get_connection_values(connection, .GET_ARGUMENT_KIND, addParameter, query)
    }
    return query
}

private func addParameter(
    _ query: UnsafeMutableRawPointer?, _: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> MHD_Result {
    guard let query = unsafe query?.assumingMemoryBound(to: [(name: String, value: String)].self),
        let name = unsafe name
    else { return .NO }
    let text = unsafe value.map { unsafe String(cString: $0) } ?? ""
    unsafe query.pointee.append((name: String(cString: name), value: text))
    return .YES
}
