/// An answer, whole and in memory.
package struct HTTPResponse: Sendable {
    /// 200 to 599.
    package var status: Int
    /// Empty for an answer that has no body.
    package var contentType: String
    /// Beside `Content-Type`, `Content-Length` and `Date`, which the server writes.
    package var headers: [(name: String, value: String)] = []
    /// Sent whole, with its length.
    package var body: [UInt8]

    /// A status from 200 to 599.
    package init(status: Int = 200, contentType: String, body: [UInt8]) {
        precondition((200...599).contains(status), "\(status) is no status to answer with")
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A text, UTF-8.
    package init(status: Int = 200, contentType: String = "text/plain; charset=utf-8", _ text: String) {
        self.init(status: status, contentType: contentType, body: Array(text.utf8))
    }

    /// There is nothing under this path.
    package static let notFound = HTTPResponse(status: 404, "not found\n")

    /// The path can be read and no more.
    package static let methodNotAllowed = {
        var response = HTTPResponse(status: 405, "only GET and HEAD\n")
        response.headers = [(name: "Allow", value: "GET, HEAD")]
        return response
    }()
}
