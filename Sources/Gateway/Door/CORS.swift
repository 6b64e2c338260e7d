/// What pages of other origins may do with this server, by their browsers' rules.
package struct CORS: Hashable, Sendable {
    package enum Origins: Hashable, Sendable {
        case none
        /// Never with credentials: those would be any page's then.
        case any
        case listed([String])
    }

    /// What requests here may have beyond what browsers let pass anyway.
    static let requestHeaders =
        "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, prefer, x-position"
    static let exposedHeaders =
        "Age, ETag, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Position"
    private static let maxAge = 600

    package let origins: Origins
    /// Whether browsers send cookies and client certificates along. Tokens need none of it.
    package let allowsCredentials: Bool

    package init(_ origins: Origins, allowsCredentials: Bool = false) {
        self.origins = origins
        self.allowsCredentials = allowsCredentials && origins != .any
    }

    /// Whether the browser lets a page of this origin see answers. Origins are compared as browsers write them.
    package func allows(_ origin: String) -> Bool {
        switch origins {
        case .none: false
        case .any: true
        case .listed(let listed): listed.contains { $0.utf8.elementsEqual(origin.utf8) }
        }
    }

    /// For every answer. `origin` is the request's header.
    package func headers(origin: String?) -> [(name: String, value: String)] {
        let allowed = allowance(origin)
        return allowed.isEmpty
            ? vary : vary + allowed + [(name: "Access-Control-Expose-Headers", value: Self.exposedHeaders)]
    }

    /// Whether OPTIONS is a browser's question before the real request.
    package static func isPreflight(origin: String?, requestedMethod: String?) -> Bool {
        origin != nil && requestedMethod != nil
    }

    /// For the answer to a preflight, which is 204. `allow` are the methods of the path, as `Allow` lists them. A
    /// browser that finds no allowance there refuses on its own.
    package func preflightHeaders(origin: String?, allow: String) -> [(name: String, value: String)] {
        let allowed = allowance(origin)
        guard !allowed.isEmpty else { return vary }
        return vary + allowed + [
            (name: "Access-Control-Allow-Methods", value: allow),
            (name: "Access-Control-Allow-Headers", value: Self.requestHeaders),
            (name: "Access-Control-Max-Age", value: "\(Self.maxAge)"),
        ]
    }

    private func allowance(_ origin: String?) -> [(name: String, value: String)] {
        guard origins != .any else { return [(name: "Access-Control-Allow-Origin", value: "*")] }
        guard let origin, allows(origin) else { return [] }
        let allowed = [(name: "Access-Control-Allow-Origin", value: origin)]
        return allowsCredentials ? allowed + [(name: "Access-Control-Allow-Credentials", value: "true")] : allowed
    }

    /// An answer that hangs on the origin is not another origin's out of a cache.
    private var vary: [(name: String, value: String)] {
        if case .listed = origins { return [(name: "Vary", value: "Origin")] }
        return []
    }
}
