import Glibc

/// One turn of a mock cluster's thread, seen from outside.
///
/// A turn is, on all versions of librdkafka up to 2.15: wait for something, up to a second; take the calls; then read
/// the connections, the thread's own wake-up first. That one is read away without another look at the calls. So a call
/// that comes between the two, as one right behind another does, lies there until the second is over. Who waits for the
/// turn's end before the next call is never in between: a connection that was made after a call was taken is read in a
/// turn that has also read that call's wake-up.
enum MockTurn {
    /// Waits until the turn is over. Where no broker takes connections, or none answers within a second, it does not
    /// wait: then the next call may.
    static func end(_ bootstrapServers: String) {
        for server in bootstrapServers.split(separator: ",") {
            guard let port = server.split(separator: ":").last.flatMap({ UInt16($0) }) else { continue }
            if awaitClose(port) { return }
        }
    }

    /// Connects, says that nothing will come, and waits for the other side to close.
    private static func awaitClose(_ port: UInt16) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let connected = unsafe withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return unsafe connect(socket, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard connected == 0, shutdown(socket, Int32(SHUT_WR)) == 0 else { return false }
        var byte: UInt8 = 0
        return unsafe recv(socket, &byte, 1, 0) == 0
    }
}
