import Glibc
import RealKafka
import Synchronization

/// A server on a port of its own that sends to each connection what it is told, whatever was asked, and then holds it
/// open or closes it.
final class OddServer: Sendable {
    enum End: Sendable { case close, hold }

    let port: UInt16
    private let socket: Int32
    private let connections = Mutex<[Int32]>([])

    init(_ answer: String, _ end: End = .close) {
        let listening = ListeningSocket()
        (socket, port) = (listening.file, listening.port)
        let socket = socket
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
