import CCurl

/// Asks other servers over HTTP, and waits for the answer: not to be used where someone waits for us. `HTTPCalls` asks
/// several at a time.
///
/// What it asks is bounded in time and size, follows no redirect, sends no cookies and unpacks nothing. Of TLS 1.2 or
/// later it checks the certificate, against the system's list or a file. A proxy is one that the environment names
/// (`https_proxy`, `no_proxy`).
package struct HTTPClient: Sendable {
    package var connectLimit: Duration
    /// From the beginning to the first byte of the answer; nil for as long as the whole may take.
    package var firstByteLimit: Duration?
    /// From the beginning to the last byte of the answer.
    package var wholeLimit: Duration
    /// Of the answer's body, in bytes.
    package var sizeLimit: Int
    /// Certificates to trust, as PEM, in place of the system's. It is read for each connection.
    package var caFile: String?
    /// Whether only servers of the internet are asked, and none of this machine or of somebody's own network: checked
    /// of the address that is connected to, whatever a name is resolved to. No proxy is used then.
    package var isPublicOnly = false

    package init(
        connectLimit: Duration = .seconds(5), firstByteLimit: Duration? = nil, wholeLimit: Duration = .seconds(10),
        sizeLimit: Int = 1_048_576, caFile: String? = nil
    ) {
        (self.connectLimit, self.firstByteLimit, self.wholeLimit) = (connectLimit, firstByteLimit, wholeLimit)
        (self.sizeLimit, self.caFile) = (sizeLimit, caFile)
    }

    package struct Answer: Sendable {
        package let status: Int
        package let contentType: String?
        /// The header of this name, as it came.
        package let retryAfter: String?
        package let body: [UInt8]
    }

    /// libcurl's, as this process has found it.
    package static var libraryVersion: String {
        unsafe String(cString: negawatt_curl_version())
    }

    /// - Parameter isStopped: asked once a second at least; when it says so the call ends.
    /// - Throws: when there is no answer; any status is one.
    package func get(
        _ url: String, accept: String = "*/*", isStopped: @escaping () -> Bool = { false }
    ) throws(HTTPClientError) -> Answer { try ask(HTTPCall(url, accept: accept), isStopped: isStopped) }

    /// The same, of a call of any kind.
    package func ask(
        _ call: HTTPCall, isStopped: @escaping () -> Bool = { false }
    ) throws(HTTPClientError) -> Answer { try Transfer(call, self, isStopped).perform() }
}
