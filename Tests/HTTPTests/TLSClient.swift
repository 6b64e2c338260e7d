import CMicroHTTPD
import Glibc
import HTTP
import Testing

/// A client that takes any certificate.
@safe final class TLSClient {
    enum Failure: Error { case notConnected, noHandshake, noFile }

    private let descriptor: Int32
    private var session: gnutls_session_t?
    private var credentials: gnutls_certificate_credentials_t?
    private var received: [UInt8] = []
    private(set) var certificateName = ""

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        unsafe inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let code = unsafe withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return unsafe connect(descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard code == 0 else { throw Failure.notConnected }
        unsafe gnutls_init(&session, UInt32(1 << 1))
        unsafe gnutls_set_default_priority(session)
        unsafe gnutls_certificate_allocate_credentials(&credentials)
        unsafe gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
        unsafe gnutls_transport_set_int2(session, descriptor, descriptor)
        guard unsafe gnutls_handshake(session) == 0 else { throw Failure.noHandshake }
        certificateName = peerName()
    }

    deinit {
        unsafe gnutls_deinit(session)
        unsafe gnutls_certificate_free_credentials(credentials)
        close(descriptor)
    }

    func send(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe gnutls_record_send(session, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Reads up to this text and over it; false if it does not come.
    func receive(until text: String) -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let found = received.firstRange(of: text.utf8) {
                received.removeFirst(found.upperBound)
                return true
            }
            let count = unsafe gnutls_record_recv(session, &part, part.count)
            // Negative numbers above these two are no ends: a ticket for another session, say.
            guard count > 0 || count == -28 || count == -52 else { return false }
            if count > 0 { received += part[..<count] }
        }
    }

    private func peerName() -> String {
        var count: UInt32 = 0
        guard let chain = unsafe gnutls_certificate_get_peers(session, &count), count > 0 else { return "" }
        var certificate: gnutls_x509_crt_t?
        unsafe gnutls_x509_crt_init(&certificate)
        defer { unsafe gnutls_x509_crt_deinit(certificate) }
        unsafe gnutls_x509_crt_import(certificate, chain, GNUTLS_X509_FMT_DER)
        var text = [CChar](repeating: 0, count: 256)
        var size = text.count
        unsafe gnutls_x509_crt_get_dn_by_oid(certificate, "2.5.4.3", 0, 0, &text, &size)
        return String(decoding: text.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A certificate that nobody has signed, and its key, as PEM.
struct TestCertificate {
    let certificate: String
    let key: String

    init(_ name: String) throws {
        var privateKey: gnutls_x509_privkey_t?
        unsafe gnutls_x509_privkey_init(&privateKey)
        defer { unsafe gnutls_x509_privkey_deinit(privateKey) }
        // A bit count, or 1 << 31 and the number of the curve: SECP256R1.
        unsafe gnutls_x509_privkey_generate(privateKey, GNUTLS_PK_ECDSA, 1 << 31 | 2, 0)
        var made: gnutls_x509_crt_t?
        unsafe gnutls_x509_crt_init(&made)
        defer { unsafe gnutls_x509_crt_deinit(made) }
        unsafe gnutls_x509_crt_set_version(made, 3)
        unsafe gnutls_x509_crt_set_serial(made, [UInt8](name.utf8), name.utf8.count)
        unsafe gnutls_x509_crt_set_activation_time(made, time(nil) - 60)
        unsafe gnutls_x509_crt_set_expiration_time(made, time(nil) + 3600)
        unsafe gnutls_x509_crt_set_dn_by_oid(made, "2.5.4.3", 0, name, UInt32(name.utf8.count))
        unsafe gnutls_x509_crt_set_key(made, privateKey)
        try #require(unsafe gnutls_x509_crt_sign2(made, made, privateKey, GNUTLS_DIG_SHA256, 0) == 0)
        var text = unsafe gnutls_datum_t()
        unsafe gnutls_x509_crt_export2(made, GNUTLS_X509_FMT_PEM, &text)
        certificate = unsafe Self.take(&text)
        unsafe gnutls_x509_privkey_export2(privateKey, GNUTLS_X509_FMT_PEM, &text)
        key = unsafe Self.take(&text)
    }

    private static func take(_ text: inout gnutls_datum_t) -> String {
        defer { unsafe free(text.data) }
        return unsafe String(decoding: UnsafeBufferPointer(start: text.data, count: Int(text.size)), as: UTF8.self)
    }
}

/// Two files of a directory of their own.
final class CertificateDirectory {
    let files: TLSFiles
    private let path: String

    init() throws {
        var template = Array("/tmp/negawatt-tls-XXXXXX\0".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw TLSClient.Failure.noFile }
        path = unsafe String(cString: made)
        files = TLSFiles(certificate: "\(path)/tls.crt", key: "\(path)/tls.key")
    }

    deinit {
        unsafe unlink(files.certificate)
        unsafe unlink(files.key)
        unsafe rmdir(path)
    }

    func write(_ name: String, certificate: String? = nil) throws {
        let made = try TestCertificate(name)
        for (path, text) in [(files.certificate, certificate ?? made.certificate), (files.key, made.key)] {
            guard let file = unsafe fopen("\(path).new", "w") else { throw TLSClient.Failure.noFile }
            unsafe fputs(text, file)
            unsafe fclose(file)
            unsafe rename("\(path).new", path)
        }
    }
}
