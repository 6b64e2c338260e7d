import Glibc

/// Keeps a port of 127.0.0.1 from other processes while an embedded broker does not listen there: librdkafka ends the
/// process when it cannot listen again. It does not listen itself, so nobody reaches it, and the broker can come back
/// beside it.
@safe final class HeldPort {
    private let socket: Int32

    /// nil where another one has it already.
    init?(_ port: UInt16) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        var isShared: Int32 = 1
        unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isShared, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let bound = unsafe withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return unsafe bind(socket, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        if bound != 0 { return nil }
    }

    deinit { if socket >= 0 { close(socket) } }

    /// Of an address as clients have it, `127.0.0.1:9092`.
    convenience init?(_ address: Substring) {
        guard let text = address.split(separator: ":").last, let port = UInt16(text) else { return nil }
        self.init(port)
    }
}
