/// What a client asks for. A body that came with it is not kept.
package struct HTTPRequest: Sendable {
    /// In capitals, as it was sent: GET, HEAD, POST and so on, or anything at all.
    package let method: String
    /// With its escapes resolved, and without the query.
    package let path: String
    /// What stands behind the question mark, in its order, escapes resolved; a name without a value has an empty one.
    package let query: [(name: String, value: String)]

    package init(method: String = "GET", path: String, query: [(name: String, value: String)] = []) {
        self.method = method
        self.path = path
        self.query = query
    }

    /// Whether nothing is to be changed. HEAD is answered as GET is; the server leaves the body out.
    package var isRead: Bool { method == "GET" || method == "HEAD" }

    /// The first value of this name in the query.
    package func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }
}
