/// What a client asks for, whole: the handler is called when its body is there.
package struct HTTPRequest: Sendable {
    /// In capitals, as it was sent: GET, HEAD, POST and so on, or any other token.
    package let method: String
    /// What stands in the first line, as it was sent.
    package let target: String
    /// Up to the question mark, not decoded: for a client's own eyes. Routes go by `segments`.
    package let path: String
    /// What stands between the slashes of the path, each decoded by itself: a `%2F` is a slash within its segment. The
    /// root has none; `/a/` has an empty one at its end.
    package let segments: [String]
    /// What stands behind the question mark, in its order, escapes resolved; a name without a value has an empty one.
    package let query: [(name: String, value: String)]
    /// By names without regard to case.
    package let headers: HTTPHeaders
    /// At most as long as the server takes it; empty where the server drops bodies.
    package let body: [UInt8]
    /// The client's IP address, or its proxy's: 127.0.0.1, ::1.
    package let peer: String
    /// Whether it came by TLS to this server.
    package let isSecure: Bool
    /// What the route's pattern calls its segments.
    var names: [(name: String, segment: Int)] = []

    init(
        method: String, target: HTTPTarget, headers: HTTPHeaders, body: [UInt8], peer: String, isSecure: Bool
    ) {
        self.method = method
        self.target = target.text
        path = target.path
        segments = target.segments
        query = target.query
        self.headers = headers
        self.body = body
        self.peer = peer
        self.isSecure = isSecure
    }

    /// A request that came over no connection.
    /// - Parameter target: with its query, as it would be sent. One that a server refuses is the root.
    package init(
        method: String = "GET", target: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
        peer: String = "127.0.0.1",
        isSecure: Bool = false
    ) {
        let parsed = (try? HTTPTarget(target)) ?? .root
        self.init(method: method, target: parsed, headers: headers, body: body, peer: peer, isSecure: isSecure)
    }

    /// For tests.
    package init(method: String = "GET", path: String) { self.init(method: method, target: path) }

    /// Whether nothing is to be changed. HEAD is answered as GET is; the server leaves the body out.
    package var isRead: Bool { method == "GET" || method == "HEAD" }

    /// The first value of this name in the query.
    package func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The segment that the route's pattern calls so: "7" for `id`, if `/users/{id}` has been asked for as `/users/7`.
    /// Never empty.
    package subscript(name: String) -> String {
        guard let found = names.first(where: { $0.name == name }) else {
            preconditionFailure("the route has no {\(name)}")
        }
        return segments[found.segment]
    }
}
