import Glibc

/// Why there can be no server at an address.
package struct HTTPServerError: Error, Hashable, CustomStringConvertible {
    /// The system's (errno); EINVAL for a certificate that is none.
    package let code: Int32
    /// What is wrong where, and what to do about it.
    package let description: String

    init(_ code: Int32, address: String, port: UInt16) {
        self.code = code
        description =
            switch code {
            case EADDRINUSE:
                "port \(port) of \(address) is in use: stop the program that uses it, or choose another port (0 takes a free one)"
            case EACCES, EPERM:
                "port \(port) of \(address) is not permitted: choose one from 1024 up (0 takes a free one)"
            case EADDRNOTAVAIL:
                "\(address) is not an address of this machine: use 0.0.0.0 or :: for all addresses"
            case EAFNOSUPPORT: "this machine does not speak IPv6, which \(address) belongs to: use 0.0.0.0"
            case EINVAL: "\(address) is not an IP address: use 127.0.0.1, 0.0.0.0 (all of IPv4) or :: (all, with IPv6)"
            default: unsafe "no HTTP server on port \(port) of \(address): \(String(cString: strerror(code)))"
            }
    }

    init(_ error: CertificateError) { (code, description) = (EINVAL, error.description) }
}
