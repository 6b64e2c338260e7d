import Glibc

/// A socket that listens on a free port of this machine. It is its owner's to close.
package struct ListeningSocket: Sendable {
    package let port: UInt16
    package let file: Int32

    package init() {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let isListening = unsafe bind(file, address, size) == 0 && listen(file, 8) == 0
                precondition(isListening)
                unsafe getsockname(file, address, &size)
            }
            return UInt16(bigEndian: unsafe address.pointee.sin_port)
        }
        self.file = file
    }
}
