import CMicroHTTPD
import Glibc

/// The certificate that counts now. For the server's thread only.
final class Certificates {
    /// What tells a file from what was under its name before.
    private struct Mark: Equatable {
        let inode: UInt64
        let size: Int
        let (seconds, nanoseconds): (Int, Int)

        init?(_ path: String) {
            var found = stat()
            guard unsafe stat(path, &found) == 0 else { return nil }
            inode = UInt64(found.st_ino)
            size = Int(found.st_size)
            (seconds, nanoseconds) = (Int(found.st_mtim.tv_sec), Int(found.st_mtim.tv_nsec))
        }
    }

    private let files: TLSFiles
    private let report: @Sendable (String) -> Void
    private var certificate: Certificate
    private var marks: [Mark?]
    private var lookedAt = ContinuousClock.now

    /// - Parameter report: told of new files that are not taken, and why.
    init(_ files: TLSFiles, report: @escaping @Sendable (String) -> Void) throws(CertificateError) {
        self.files = files
        self.report = report
        marks = [Mark(files.certificate), Mark(files.key)]
        certificate = try Certificate(files)
    }

    /// Looks at the files first, at most once a second.
    func current(at now: ContinuousClock.Instant) -> Certificate {
        guard now - lookedAt >= .seconds(1) else { return certificate }
        lookedAt = now
        let found = [Mark(files.certificate), Mark(files.key)]
        guard found != marks else { return certificate }
        marks = found
        do throws(CertificateError) { certificate = try Certificate(files) } catch { report(error.description) }
        return certificate
    }
}

/// Why two files are not a certificate and its key.
struct CertificateError: Error, CustomStringConvertible {
    let description: String
}

/// A certificate with its key. It lives for as long as a connection may use it.
@safe final class Certificate {
    let raw: UnsafeMutablePointer<negawatt_certificate>

    init(_ files: TLSFiles) throws(CertificateError) {
        let chain = try Self.bytes(files.certificate)
        let key = try Self.bytes(files.key)
        var code: Int32 = 0
        guard let raw = unsafe negawatt_make_certificate(chain, UInt32(chain.count), key, UInt32(key.count), &code)
        else {
            let reason = unsafe String(cString: gnutls_strerror(code))
            throw CertificateError(
                description: "\(files.certificate) and \(files.key) are not a certificate and its key: \(reason)")
        }
        unsafe self.raw = unsafe raw
    }

    deinit { unsafe negawatt_free_certificate(raw) }

    private static let largest = 1 << 20

    private static func bytes(_ path: String) throws(CertificateError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= largest {
            let count = unsafe read(descriptor, &part, part.count)
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
        throw CertificateError(description: "\(path) is too large for a certificate or a key")
    }

    private static func unreadable(_ path: String) -> CertificateError {
        unsafe CertificateError(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}

/// A client has come by TLS. At file scope: a closure written on the main actor traps on any other thread.
func certificateWanted(
    _ session: gnutls_session_t?, _: UnsafePointer<gnutls_datum_t>?, _: Int32,
    _: UnsafePointer<gnutls_pk_algorithm_t>?, _: Int32,
    _ chain: UnsafeMutablePointer<UnsafeMutablePointer<gnutls_pcert_st>?>?, _ count: UnsafeMutablePointer<UInt32>?,
    _ key: UnsafeMutablePointer<gnutls_privkey_t?>?
) -> Int32 {
    guard let session = unsafe session, let found = unsafe negawatt_context_of(negawatt_connection_of(session)) else {
        return -1
    }
    let connection = unsafe Unmanaged<ServerConnection>.fromOpaque(found).takeUnretainedValue()
    guard let certificate = connection.certificates?.current(at: .now) else { return -1 }
    connection.certificate = certificate
    unsafe chain?.pointee = unsafe negawatt_chain_of(certificate.raw)
    unsafe count?.pointee = unsafe certificate.raw.pointee.count
    unsafe key?.pointee = unsafe certificate.raw.pointee.key
    return 0
}
