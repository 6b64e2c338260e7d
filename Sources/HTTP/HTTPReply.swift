/// What a handler makes of a request.
package enum HTTPReply: Sendable {
    case now(HTTPResponse)
    /// By `HTTPExchange.answer`, from any thread; it may have been called already.
    case later
    /// For as long as both sides like. A stream belongs to one request.
    case stream(HTTPStream)
}

/// Called on the server's thread, for one request after the other: it must not wait for anything.
package typealias HTTPHandler = @Sendable (HTTPRequest, HTTPExchange) -> HTTPReply
