import Glibc
import Synchronization

/// A server on a port of its own that sends to each connection what it is told, whatever was asked, and then holds it
/// open or closes it.
final class OddServer: Sendable {
    enum End: Sendable { case close, hold }

    let port: UInt16
    private let socket: Int32
    private let connections = Mutex<[Int32]>([])

    init(_ answer: String, _ end: End = .close) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        port = unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let isListening = unsafe bind(socket, address, size) == 0 && listen(socket, 8) == 0
                precondition(isListening)
                unsafe getsockname(socket, address, &size)
            }
            return UInt16(bigEndian: unsafe address.pointee.sin_port)
        }
        let serve: @Sendable () -> Void = { [self] in
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { break }
                connections.withLock { $0.append(connection) }
                var request = [UInt8](repeating: 0, count: 4096)
                _ = unsafe recv(connection, &request, request.count, 0)
                let bytes = Array(answer.utf8)
                _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                if end == .close { shutdown(connection, Int32(SHUT_RDWR)) }
            }
            connections.withLock { connections in
                for connection in connections { close(connection) }
                connections = []
            }
            close(socket)
        }
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(Body(serve)).toOpaque()
        unsafe pthread_create(&thread, nil, runBody, box)
        pthread_detach(thread)
    }

    var url: String { "http://127.0.0.1:\(port)/keys" }

    /// The thread closes what it uses: its numbers are others' after that.
    func stop() {
        connections.withLock { connections in
            for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        shutdown(socket, Int32(SHUT_RDWR))
    }
}

private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runBody(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let box = unsafe box { unsafe Unmanaged<Body>.fromOpaque(box).takeRetainedValue().run() }
    return nil
}
