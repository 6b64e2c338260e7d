import COpenSSL

package enum OpenSSL {
    /// The library's, as this process has found it.
    package static var libraryVersion: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION_STRING)) }
}
