/// Why a request is not answered with what it asks for. How it looks to the client is said by `HTTPRefusals`.
struct HTTPRefusal: Error {
    let status: Int
    /// For whoever wrote the client.
    let detail: String
    var headers: [(name: String, value: String)] = []

    init(_ status: Int, _ detail: String) { (self.status, self.detail) = (status, detail) }

    static func malformed(_ detail: String) -> HTTPRefusal { HTTPRefusal(400, detail) }
}

/// How a refusal looks: its status, what is wrong, and headers that it has to have.
package typealias HTTPRefusals =
    @Sendable (
        _ status: Int, _ detail: String, _ headers: [(name: String, value: String)]
    ) -> HTTPResponse

/// A line of text.
package let plainRefusal: HTTPRefusals = { status, detail, headers in
    var response = HTTPResponse(status: status, "\(detail)\n")
    response.headers = headers
    return response
}
