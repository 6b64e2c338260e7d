/// Why someone is not let in. `detail` is for whoever asked: it holds nothing of what he sent.
package struct DoorRefusal: Error, Sendable {
    package let status: Int
    package let detail: String
    /// That go with the answer.
    package let headers: [(name: String, value: String)]

    private init(_ status: Int, _ detail: String, _ headers: [(name: String, value: String)]) {
        (self.status, self.detail, self.headers) = (status, detail, headers)
    }

    /// There was no token at all.
    static let unauthorized = DoorRefusal(401, "a token is needed: Authorization: Bearer …", [challenge("")])

    /// - Parameter seconds: when the same token may be a good one.
    static func invalidToken(_ detail: String, retryAfter seconds: Int? = nil) -> Self {
        let later = seconds.map { [(name: "Retry-After", value: "\($0)")] } ?? []
        return Self(401, detail, [challenge("invalid_token", detail)] + later)
    }

    /// The header is not as RFC 6750 has it.
    static func invalidRequest(_ detail: String) -> Self { Self(400, detail, [challenge("invalid_request", detail)]) }

    /// He is known, and may not.
    static func forbidden(_ detail: String) -> Self { Self(403, detail, [challenge("insufficient_scope", detail)]) }

    /// Where nobody needs a token.
    static func foreign(_ detail: String) -> Self { Self(403, detail, []) }

    static func unavailable(_ detail: String, retryAfter seconds: Int) -> Self {
        Self(503, detail, [(name: "Retry-After", value: "\(seconds)")])
    }

    private static func challenge(_ error: String, _ detail: String = "") -> (name: String, value: String) {
        guard !error.isEmpty else { return (name: "WWW-Authenticate", value: "Bearer realm=\"negawatt\"") }
        // The only characters that RFC 6750 has there.
        let description = String(
            String.UnicodeScalarView(
                detail.unicodeScalars.map { (0x20..<0x7F).contains($0.value) && $0 != "\"" && $0 != "\\" ? $0 : "?" }))
        return (
            name: "WWW-Authenticate",
            value: "Bearer realm=\"negawatt\", error=\"\(error)\", error_description=\"\(description)\""
        )
    }
}
