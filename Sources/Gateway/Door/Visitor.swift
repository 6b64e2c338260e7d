/// What the door looks at in a request.
package struct Visitor: Sendable {
    package var method: String
    /// All headers of the name, in order: two are one too many.
    package var authorization: [String]
    package var host: String?
    package var origin: String?
    /// `Sec-Fetch-Site`, which browsers send and pages cannot set.
    package var fetchSite: String?

    package init(
        method: String, authorization: [String] = [], host: String? = nil, origin: String? = nil,
        fetchSite: String? = nil
    ) {
        (self.method, self.authorization) = (method, authorization)
        (self.host, self.origin, self.fetchSite) = (host, origin, fetchSite)
    }

    var changesSomething: Bool { method != "GET" && method != "HEAD" && method != "OPTIONS" }
}
