import CMicroHTTPD
import Glibc

/// Finds that a client has hung up while its connection is suspended, which libmicrohttpd does not look at then.
struct HangUps: ~Copyable {
    /// Readable while there is one.
    let descriptor: Int32

    /// - Throws: the system's code.
    init() throws(SystemCode) {
        let descriptor = negawatt_hang_ups()
        guard descriptor >= 0 else { throw SystemCode(errno) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Looks for it from here on, until the socket is closed. It is told once.
    func watch(_ socket: Int32) { negawatt_watch(descriptor, socket) }

    /// The socket of one that has, and has not been told of; nil if there is none.
    func next() -> Int32? {
        let socket = negawatt_next_hang_up(descriptor)
        return socket >= 0 ? socket : nil
    }
}
