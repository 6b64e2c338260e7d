/// What became of a request, for logs and metrics.
package struct HTTPAccess: Sendable {
    /// As the client has sent it.
    package let method: String
    /// Where it belongs, as `HTTPExchange.route` says; nil if it has been refused before, or belongs nowhere.
    package let route: String?
    /// As it was sent; for one whose target makes no sense "-".
    package let path: String
    /// The client's address, or the proxy's.
    package let peer: String
    /// Of the answer.
    package let status: Int
    /// From its head to the last byte of the answer, as far as the system has taken them.
    package let duration: Duration
    /// Of the answer's body.
    package let bytes: Int
    /// Whether the whole answer has gone out.
    package let isComplete: Bool
}
