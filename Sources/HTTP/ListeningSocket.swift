import Glibc

/// A socket that waits for clients. Made here rather than by libmicrohttpd, which does not say what went wrong.
struct ListeningSocket: ~Copyable {
    let descriptor: Int32
    /// The real one, where 0 was asked for.
    let port: UInt16

    init(address: String, port: UInt16) throws(HTTPServerError) {
        var address4 = sockaddr_in()
        var address6 = sockaddr_in6()
        let isIPv4 = unsafe inet_pton(AF_INET, address, &address4.sin_addr) == 1
        guard unsafe isIPv4 || inet_pton(AF_INET6, address, &address6.sin6_addr) == 1 else {
            throw HTTPServerError(EINVAL, address: address, port: port)
        }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(isIPv4 ? AF_INET : AF_INET6, type, 0)
        guard descriptor >= 0 else { throw HTTPServerError(errno, address: address, port: port) }
        // The port is free again as soon as its last owner is gone, whatever its connections still wait for.
        Self.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        let bound: Int32
        if isIPv4 {
            address4.sin_family = sa_family_t(AF_INET)
            address4.sin_port = port.bigEndian
            bound = Self.bind(descriptor, &address4)
        } else {
            // "::" takes clients of IPv4 too.
            Self.set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)
            address6.sin6_family = sa_family_t(AF_INET6)
            address6.sin6_port = port.bigEndian
            bound = Self.bind(descriptor, &address6)
        }
        // Who comes at once waits here: when a gateway is started again, thousands of listeners do. The system has a
        // limit of its own.
        guard bound == 0, listen(descriptor, 4096) == 0 else {
            let code = errno
            close(descriptor)
            throw HTTPServerError(code, address: address, port: port)
        }
        self.descriptor = descriptor
        self.port = Self.port(of: descriptor)
    }

    deinit { close(descriptor) }

    /// Gives the descriptor away: who takes it closes it.
    consuming func take() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func bind<Address>(_ descriptor: Int32, _ address: inout Address) -> Int32 {
        unsafe withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress else { return -1 }
            return unsafe Glibc.bind(
                descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        // The port is at the same place for both families.
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        unsafe withUnsafeMutableBytes(of: &address) { bytes in
            if let start = bytes.baseAddress {
                unsafe getsockname(descriptor, start.assumingMemoryBound(to: sockaddr.self), &size)
            }
        }
        return UInt16(bigEndian: address.sin6_port)
    }
}
