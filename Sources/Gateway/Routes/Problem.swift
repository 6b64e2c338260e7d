import HTTP
import JSON

/// A refusal, as RFC 9457 has it, with `message` beside `detail`: pages made for the services before this print that.
struct Problem: Error {
    var status: Int
    var detail: String
    /// What kind of a refusal it is, where a context has refused: that of its dead letter.
    var kind: String?
    /// What is wrong where: JSON pointers into the body.
    var errors: [(pointer: String, detail: String)] = []
    var headers: [(name: String, value: String)] = []

    init(
        _ status: Int, _ detail: String, errors: [(pointer: String, detail: String)] = [],
        headers: [(name: String, value: String)] = []
    ) {
        (self.status, self.detail, self.errors, self.headers) = (status, detail, errors, headers)
    }

    /// A field of the body is not what it has to be.
    init(_ error: JSONError) {
        // Text that is no JSON object at all cannot be read; the rest is read and not taken.
        let isUnreadable = error.field == nil
        self.init(
            isUnreadable ? 400 : 422,
            isUnreadable ? "the body cannot be read: it \(error.reason.rawValue)" : "\(error)",
            errors: error.field.map { [("/\($0)", "\(error)")] } ?? [])
    }

    static let contentType = "application/problem+json"

    static func notFound(_ what: String) -> Problem { Problem(404, "there is no \(what)") }

    var response: HTTPResponse {
        var json = JSONWriter()
        json.object { json in
            json.field("type", "about:blank")
            json.field("title", Self.title(status))
            json.field("status", Int64(status))
            json.field("detail", detail)
            json.field("message", detail)
            if let kind { json.field("kind", kind) }
            if !errors.isEmpty {
                json.field("errors", objects: errors.count) { json, place in
                    json.field("pointer", errors[place].pointer)
                    json.field("detail", errors[place].detail)
                }
            }
        }
        var response = HTTPResponse(status: status, contentType: Self.contentType, body: json.take())
        response.headers = headers
        return response
    }

    private static func title(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        default: "Error"
        }
    }
}
