import CMicroHTTPD
import Glibc
import Synchronization

// What libmicrohttpd calls about connections. At file scope: a closure written on the main actor traps on any other thread.

/// A connection has been accepted, or is about to be closed.
func connectionChanged(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
) {
    guard let answerer = unsafe answerer(context) else { return }
    let socket = unsafe negawatt_socket_of(connection)
    let victim = answerer.connections.withLock { connections -> Int32? in
        guard change == .CONNECTION_NOTIFY_STARTED else {
            connections.close(socket)
            return nil
        }
        return unsafe connections.open(socket, from: client(negawatt_address_of(connection)), at: .now)
    }
    if let victim { end(victim) }
}

/// The first line of a request is there: the target as it was sent. Behind this a C string is made of it, without its escapes, which
/// ends at the first zero: what is asked for would be another thing than what was sent.
func targetCame(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    if let answerer = unsafe answerer(context), let target = unsafe target {
        let socket = unsafe negawatt_socket_of(connection)
        let hasZero = unsafe strstr(target, "%00") != nil
        let end = unsafe UInt(bitPattern: target + strlen(target))
        answerer.connections.withLock { $0.note(socket, targetEnd: hasZero ? nil : end) }
    }
    return nil
}

/// The answer has gone out, or the request has ended without one.
func requestEnded(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _: MHD_RequestTerminationCode
) {
    let socket = unsafe negawatt_socket_of(connection)
    unsafe answerer(context)?.connections.withLock { $0.enter(.head, socket, at: .now) }
}

/// Has libmicrohttpd find that the client is gone, and close the connection.
func end(_ socket: Int32) { shutdown(socket, Int32(SHUT_RDWR)) }

private func answerer(_ context: UnsafeMutableRawPointer?) -> Answerer? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<Answerer>.fromOpaque(context).takeUnretainedValue()
}

/// What tells clients apart: the address, of IPv6 its first half, which is what one network has.
private func client(_ address: UnsafePointer<sockaddr>?) -> [UInt8] {
    guard let address = unsafe address else { return [] }
    if unsafe Int32(address.pointee.sa_family) == AF_INET {
        return unsafe UnsafeRawPointer(address).withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            unsafe withUnsafeBytes(of: $0.pointee.sin_addr) { unsafe Array($0) }
        }
    }
    let bytes = unsafe UnsafeRawPointer(address).withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        unsafe withUnsafeBytes(of: $0.pointee.sin6_addr) { unsafe Array($0) }
    }
    // ::ffff:1.2.3.4 is IPv4.
    let isIPv4 = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11].allSatisfy { $0 == 255 }
    return Array(isIPv4 ? bytes.suffix(4) : bytes.prefix(8))
}
