package import HTTPClient

/// How a call has failed, as far as that decides whether it may be made again.
package enum CallFailure: Hashable, Sendable {
    /// Nobody was there: nothing has been sent.
    case unsent
    /// The connection broke, or time was up: what was asked may have been done.
    case unknown
    /// An answer that is none.
    case status(Int)
    /// Certificates, the address, the size of the answer, or whoever has had enough: again is no better.
    case certain

    package init(_ error: HTTPClientError) {
        self =
            switch error.kind {
            case .unreachable: .unsent
            case .connection, .timeout, .other: .unknown
            case .url, .notPublic, .tls, .tooLarge, .stopped: .certain
            }
    }

    /// Whether the call may be made again.
    /// - Parameter isIdempotent: whether doing it twice does no more than once: a question, or a request with a key.
    package func mayRetry(isIdempotent: Bool) -> Bool {
        switch self {
        case .unsent: true
        case .unknown: isIdempotent
        // Not done, as the status says.
        case .status(408), .status(425), .status(429), .status(503): true
        // A gateway does not know what has been done behind it.
        case .status(500), .status(502), .status(504): isIdempotent
        case .status, .certain: false
        }
    }

    /// Whether it counts as the endpoint's failure; a caller's own mistake does not.
    package var isEndpoints: Bool {
        switch self {
        case .unsent, .unknown: true
        case .status(let status): status >= 500 || status == 408 || status == 425 || status == 429
        case .certain: false
        }
    }
}
