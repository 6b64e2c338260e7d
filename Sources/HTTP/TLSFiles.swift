/// Where the certificate of a server lies, and its key. They are looked at again when clients come: new ones count for
/// connections that are made from then on, and while they make no sense, or do not belong together, the last ones do.
package struct TLSFiles: Sendable {
    /// PEM: the server's own certificate first, then those that have signed it; 8 at most.
    package var certificate: String
    /// PEM, without a password.
    package var key: String

    /// Paths of PEM files, read again when they change.
    package init(certificate: String, key: String) { (self.certificate, self.key) = (certificate, key) }
}
