import Contracts
import HTTP
import JSON

/// A request, with whom it comes from.
struct Call: Sendable {
    let request: HTTPRequest
    let exchange: HTTPExchange
    let principal: Principal
    /// When his token is taken no longer; nil where he needs none.
    let end: Timestamp?
    let links: Links
    /// That go with the answer, whatever it is.
    let headers: [(name: String, value: String)]

    var permissions: Permissions {
        Permissions(
            isOperator: principal.role == .operator, seesAll: principal.role != .customer,
            customer: principal.userID?.text)
    }

    /// Whether he may see what is this customer's. Of anybody else's a customer is told that there is none.
    func sees(_ user: String) -> Bool {
        principal.role != .customer || principal.userID?.text.hasSameBytes(user) == true
    }

    /// The customer whose things alone he sees; nil for whoever sees all.
    var onlyCustomer: String? { principal.role == .customer ? principal.userID?.text ?? "" : nil }

    /// With what goes with every answer.
    func finished(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.headers += headers
        return response
    }

    private static let linkLimit = 2000

    /// The answer's own address, and where its list can be searched; nil where that has no room in the head of an
    /// answer.
    var link: String? {
        guard request.target.utf8.count <= Self.linkLimit else { return nil }
        var target = links.same(request)
        if target.utf8.contains(UInt8(ascii: ">")) { target = target.replacing(">", with: "%3E") }
        let own = "<\(target)>; rel=\"self\""
        guard request.path == "/users" || request.path == "/responses" else { return own }
        return own + ", <\(links.base)\(request.path)/search>; rel=\"search\""
    }

    /// A thing as the caller sees it. It is not written for whoever has it.
    func answer(_ item: some ShownItem, _ type: String) -> HTTPResponse {
        let tag = item.tag(self)
        return knows(tag) ? HTTPResponse(notModified: tag) : HTTPResponse(json: item.bytes(self), type: type, tag: tag)
    }

    /// Whether the client has the answer of this tag.
    func knows(_ tag: String) -> Bool {
        guard request.isRead, let known = request.headers.list("if-none-match") else { return false }
        return Tag.isAmong(known, tag)
    }

    /// - Parameter sorts: by what the list can be sorted.
    func page(_ sorts: [String: [String]] = [:]) -> PageRequest {
        PageRequest(request.query, sortable: Array(sorts.keys))
    }

    func parameter(_ name: String) -> String? { request.parameter(name).flatMap { $0.isEmpty ? nil : $0 } }
}

/// What a route makes of a call.
enum Reply {
    case now(HTTPResponse)
    /// Someone else answers.
    case later
    case stream(HTTPStream)
}

/// What of RFC 7240's preferences the gateway knows.
struct Preferences {
    var isAsync = false
    /// In seconds.
    var wait: Int?
    var isMinimal = false

    static let waitLimit = 30

    init(_ headers: [String]) {
        for word in headers.flatMap({ $0.split(separator: ",") }) {
            let text = word.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\"" }.lowercased()
            if text == "respond-async" { isAsync = true }
            if text == "return=minimal" { isMinimal = true }
            if text.hasPrefix("wait="), let seconds = Int(text.dropFirst(5)), seconds >= 0 {
                wait = min(seconds, Self.waitLimit)
            }
        }
    }
}

/// Which kinds of answers a client takes.
struct Accepted {
    private let types: [String]
    /// Whether there was a header at all: without one a write has no body.
    let isGiven: Bool

    init(_ headers: [String]) {
        isGiven = !headers.isEmpty
        types = headers.flatMap { $0.split(separator: ",") }.compactMap { part in
            // Most name one type and nothing else.
            let isPlain = part.utf8.allSatisfy {
                $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t")
            }
            if isPlain { return part.lowercased() }
            let parts = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let isUnwanted = parts.dropFirst().contains {
                $0.hasPrefix("q=0") && !$0.contains(where: { ("1"..."9").contains($0) })
            }
            return isUnwanted ? nil : parts.first
        }
    }

    func takes(_ type: String) -> Bool {
        if !isGiven { return true }
        let family = type.prefix { $0 != "/" } + "/*"
        return types.contains { $0 == type || $0 == family || $0 == "*/*" }
    }

    /// Whether it was named itself, and not by a star.
    func names(_ type: String) -> Bool { types.contains(type) }

    static let hal = "application/hal+json"
    static let json = "application/json"

    /// HAL unless only JSON is taken.
    func representation() throws(Problem) -> String {
        if takes(Self.hal) { return Self.hal }
        if takes(Self.json) { return Self.json }
        throw Problem(406, "this has \(Self.hal) and \(Self.json): name one in Accept, or leave Accept out")
    }
}

/// A body as JSON.
struct Body {
    static let types = [Accepted.json, Accepted.hal]
    static let patchTypes = ["application/merge-patch+json", Accepted.json, Accepted.hal]

    /// Whether there is a body that says that it is JSON.
    static func isJSON(_ call: Call) -> Bool {
        let type = (call.request.headers["content-type"] ?? "").lowercased().filter { $0 != " " }.prefix { $0 != ";" }
        return !call.request.body.isEmpty && patchTypes.contains(String(type))
    }

    /// Lends the fields of the request's body.
    /// - Throws: `Problem`.
    static func read(
        _ call: Call, _ types: [String] = types, _ body: (borrowing Fields) throws -> Void
    ) throws { try read(call.request, types, body) }

    static func read(
        _ request: HTTPRequest, _ types: [String] = types, _ body: (borrowing Fields) throws -> Void
    ) throws {
        let parts = (request.headers["content-type"] ?? "").lowercased().filter { $0 != " " }
            .split(separator: ";", omittingEmptySubsequences: false)
        let isEncoded = request.headers.all("content-encoding").contains { $0.lowercased() != "identity" }
        let isUTF8 = parts.dropFirst().allSatisfy {
            !$0.hasPrefix("charset=") || $0 == "charset=utf-8" || $0 == "charset=\"utf-8\""
        }
        guard !isEncoded, isUTF8 else {
            throw Problem(415, "the body must be UTF-8 as it is: send it without Content-Encoding or another charset")
        }
        guard types.contains(String(parts.first ?? "")) else {
            let header = types == patchTypes ? "Accept-Patch" : "Accept-Post"
            throw Problem(
                415, "the body must be JSON: send it with Content-Type: \(types[0])",
                headers: [(header, types.joined(separator: ", "))])
        }
        var reader = JSONReader()
        do {
            try reader.read(request.body.span, members: Limits.outsiders.members, body)
        } catch let error as JSONError {
            throw Problem(error)
        }
    }
}

extension HTTPResponse {
    /// With a strong ETag, which is made of the body: other bytes, another tag.
    init(json: JSONWriterBytes, type: String) { self.init(json: json.bytes, type: type, tag: Tag(json.bytes).text) }

    init(json bytes: [UInt8], type: String, tag: String) {
        self.init(contentType: type, body: bytes)
        headers = Self.cacheHeaders(tag)
    }

    /// There is nothing else than what the client has.
    init(notModified tag: String) {
        self.init(status: 304, contentType: "", body: [])
        headers = Self.cacheHeaders(tag)
    }

    /// It is his who asked for it, in the form that he asked for.
    private static func cacheHeaders(_ tag: String) -> [(name: String, value: String)] {
        [("ETag", tag), ("Cache-Control", "private, no-cache"), ("Vary", "Accept, Authorization")]
    }
}

/// JSON that is done.
struct JSONWriterBytes {
    let bytes: [UInt8]

    init(_ write: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        json.object(write)
        bytes = json.take()
    }
}
