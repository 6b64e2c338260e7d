import Glibc

/// A port that takes connections and never says anything.
final class ListeningPort {
    let port: UInt16
    private let socket: Int32

    init() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let isListening = unsafe bind(socket, address, size) == 0 && listen(socket, 8) == 0
                precondition(isListening)
                unsafe getsockname(socket, address, &size)
            }
            return UInt16(bigEndian: unsafe address.pointee.sin_port)
        }
        self.socket = socket
    }

    deinit { close(socket) }
}
