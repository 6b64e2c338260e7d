package import HTTP

/// A simulator's answer, and how long it waits.
package struct SimulatorReply: Sendable {
    package var response: HTTPResponse
    package var delay = Duration.zero

    package init(_ body: String, type: String = "application/json", status: Int = 200) {
        response = HTTPResponse(status: status, contentType: type, body)
    }

    /// Come back later, says `Retry-After`.
    package static func busy(_ status: Int = 503, seconds: Int) -> Self {
        var reply = Self("busy", type: "text/plain", status: status)
        reply.response.headers = [("Retry-After", "\(seconds)")]
        return reply
    }

    /// The same, late.
    package func late(by delay: Duration) -> Self {
        var reply = self
        reply.delay = delay
        return reply
    }

    /// Half of the body, with its length.
    package var cut: Self {
        var reply = self
        reply.response.body.removeLast(response.body.count - response.body.count / 2)
        return reply
    }
}
