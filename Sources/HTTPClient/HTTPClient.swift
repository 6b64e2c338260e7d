import CCurl

/// Asks other servers over HTTP, and waits for the answer: not to be used where someone waits for us.
///
/// What it asks is bounded in time and size, follows no redirect, sends no cookies and unpacks nothing. Of TLS 1.2 or
/// later it checks the certificate, against the system's list or a file. A proxy is one that the environment names
/// (`https_proxy`, `no_proxy`).
package struct HTTPClient: Sendable {
    package var connectLimit: Duration
    /// From the beginning to the last byte of the answer.
    package var wholeLimit: Duration
    /// Of the answer's body, in bytes.
    package var sizeLimit: Int
    /// Certificates to trust, as PEM, in place of the system's.
    package var caFile: String?

    package init(
        connectLimit: Duration = .seconds(5), wholeLimit: Duration = .seconds(10), sizeLimit: Int = 1_048_576,
        caFile: String? = nil
    ) {
        (self.connectLimit, self.wholeLimit) = (connectLimit, wholeLimit)
        (self.sizeLimit, self.caFile) = (sizeLimit, caFile)
    }

    package struct Answer: Sendable {
        package let status: Int
        package let contentType: String?
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
    ) throws(HTTPClientError) -> Answer {
        // A text ends there for libcurl, and what was checked would not be what is asked.
        guard !url.utf8.contains(0) else { throw HTTPClientError(.url, "a URL holds no byte of zero") }
        return try Transfer(sizeLimit: sizeLimit, isStopped).get(url, accept: accept, self)
    }
}
