/// Which handler a request belongs to, by its method and its path. What belongs to none is refused: 404 for a path that
/// there is not, 405 with `Allow` for a method that the path has not. HEAD goes where GET does, and OPTIONS is answered
/// with `Allow` (204), unless there is a handler for it.
///
/// A pattern is a path such as `/users/{id}`: `{id}` stands for any one segment that is not empty, decoded, so that it
/// may have a slash in it. Where two patterns fit, the one counts that says more from the left: `/users/search` before
/// `/users/{id}`.
package struct Routes: Sendable {
    private struct Shape: Sendable {
        /// Nil for a name.
        let literals: [String?]
        var methods: [Method] = []
        /// GET, HEAD, OPTIONS, POST: as they go into `Allow`.
        var allowed = ""
    }

    private struct Method: Sendable {
        let name: String
        let pattern: String
        let names: [(name: String, segment: Int)]
        let handler: HTTPHandler
    }

    /// By the number of segments.
    private var shapes: [[Shape]] = []
    private let refusals: HTTPRefusals

    /// No routes. `refusals` say how 404 and 405 look.
    package init(refusals: @escaping HTTPRefusals = plainRefusal) { self.refusals = refusals }

    /// - Precondition: the pattern begins with a slash, each of its names is there once, and nothing has been added for
    ///   this method and path before.
    package mutating func add(_ method: String, _ pattern: String, _ handler: @escaping HTTPHandler) {
        precondition(pattern.hasPrefix("/"), "\(pattern) is no path")
        let parts = pattern == "/" ? [] : pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let isName = { (part: Substring) in part.hasPrefix("{") && part.hasSuffix("}") }
        let names = parts.enumerated().filter { isName($0.element) }
            .map { (name: String($0.element.dropFirst().dropLast()), segment: $0.offset) }
        precondition(Set(names.map(\.name)).count == names.count, "\(pattern) has a name twice")
        let literals = parts.map { isName($0) ? nil : String($0) }
        while shapes.count <= parts.count { shapes.append([]) }
        let place = place(of: literals)
        precondition(
            !shapes[parts.count][place].methods.contains { $0.name == method },
            "\(method) \(pattern) has been added before")
        shapes[parts.count][place].methods.append(
            Method(name: method, pattern: pattern, names: names, handler: handler))
        var allowed = Set(shapes[parts.count][place].methods.map(\.name))
        allowed.insert("OPTIONS")
        if allowed.contains("GET") { allowed.insert("HEAD") }
        shapes[parts.count][place].allowed = allowed.sorted().joined(separator: ", ")
    }

    /// Methods and patterns as they were added, in any order.
    package var all: [(method: String, pattern: String)] {
        shapes.joined().flatMap(\.methods).map { ($0.name, $0.pattern) }
    }

    /// Where it is, or is now.
    private mutating func place(of literals: [String?]) -> Int {
        if let place = shapes[literals.count].firstIndex(where: { $0.literals == literals }) { return place }
        let isBefore = { (one: [String?], other: [String?]) -> Bool in
            for (one, other) in zip(one, other) where (one == nil) != (other == nil) { return one != nil }
            return false
        }
        let place =
            shapes[literals.count].firstIndex { isBefore(literals, $0.literals) } ?? shapes[literals.count].count
        shapes[literals.count].insert(Shape(literals: literals), at: place)
        return place
    }

    /// Has the handler answer that it belongs to. This is itself a handler for a server.
    package func answer(_ request: HTTPRequest, _ exchange: HTTPExchange) -> HTTPReply {
        guard let shape = shape(of: request) else {
            // What can be asked of the server as a whole.
            if request.path == "*", request.method == "OPTIONS" { return .now(empty(allow: nil)) }
            return .now(refusals(404, "there is nothing at this path", []))
        }
        guard
            let method = shape.methods.first(where: { $0.name == request.method })
                ?? (request.method == "HEAD" ? shape.methods.first { $0.name == "GET" } : nil)
        else {
            if request.method == "OPTIONS" { return .now(empty(allow: shape.allowed)) }
            return .now(
                refusals(405, "this path allows \(shape.allowed)", [(name: "Allow", value: shape.allowed)]))
        }
        exchange.route = method.pattern
        guard !method.names.isEmpty else { return method.handler(request, exchange) }
        var request = request
        request.names = method.names
        return method.handler(request, exchange)
    }

    /// What `Allow` says of the path: for answers to preflights. Nil if there is no such path.
    package func allowed(_ request: HTTPRequest) -> String? { shape(of: request)?.allowed }

    private func shape(of request: HTTPRequest) -> Shape? {
        let segments = request.segments
        guard request.path != "*", segments.count < shapes.count else { return nil }
        return shapes[segments.count].first { shape in
            for index in segments.indices {
                if let literal = shape.literals[index] {
                    if literal != segments[index] { return false }
                } else if segments[index].isEmpty {
                    return false
                }
            }
            return true
        }
    }

    private func empty(allow: String?) -> HTTPResponse {
        var response = HTTPResponse(status: 204, contentType: "", body: [])
        if let allow { response.headers = [(name: "Allow", value: allow)] }
        return response
    }
}
