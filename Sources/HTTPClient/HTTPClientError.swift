import CCurl

/// Why there is no answer.
package struct HTTPClientError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// Not an address that can be asked: not http or https, or no URL at all.
        case url
        /// An address of this machine, or of somebody's own network: nothing has been sent.
        case notPublic
        /// Nobody there: nothing has been sent.
        case unreachable
        /// The connection broke.
        case connection
        /// The certificate, or the file of those to trust.
        case tls
        case timeout
        case tooLarge
        /// The caller has had enough.
        case stopped
        case other
    }

    package let kind: Kind
    /// In libcurl's words.
    package let reason: String
    package var description: String { reason }

    init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    init(_ code: CURLcode, _ words: String) {
        kind =
            switch code {
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .url
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: .unreachable
            // A handshake that breaks is what an outage behind a load balancer looks like.
            case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_SSL_CONNECT_ERROR:
                .connection
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER:
                .tls
            case CURLE_OPERATION_TIMEDOUT: .timeout
            case CURLE_FILESIZE_EXCEEDED: .tooLarge
            case CURLE_ABORTED_BY_CALLBACK: .stopped
            default: .other
            }
        reason = words.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : words
    }
}
