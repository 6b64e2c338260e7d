import Glibc

/// A client's connection to this machine, which says whatever it is asked to.
@safe final class ClientSocket {
    enum Event { case data, closed, reset, timeout }

    private let descriptor: Int32
    private(set) var received: [UInt8] = []
    private var part = [UInt8](repeating: 0, count: 65_536)

    init(port: UInt16) throws(Fault) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = unsafe withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return unsafe connect(descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard code == 0 else { throw Fault("the gateway takes no connection: \(errno)") }
        var isOn: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        // A server that takes nothing more has answered, or never will.
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// In so many pieces; whatever the other side does not take is left out.
    func send(_ bytes: [UInt8], pieces: Int) {
        let size = max(1, (bytes.count + pieces - 1) / pieces)
        for start in stride(from: 0, to: bytes.count, by: size) {
            var piece = bytes[start..<min(start + size, bytes.count)]
            while !piece.isEmpty {
                let count = unsafe piece.withUnsafeBytes { bytes in
                    unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                piece = piece.dropFirst(count)
            }
        }
    }

    /// Waits for something.
    func receive(within time: Duration) -> Event {
        var events = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&events, 1, Int32(time / .milliseconds(1))) > 0 else { return .timeout }
        let count = unsafe recv(descriptor, &part, part.count, 0)
        guard count > 0 else { return count == 0 ? .closed : .reset }
        received += part[..<count]
        return .data
    }

    /// The next answer, if it is whole.
    func takeAnswer(hasBody: Bool) throws(Fault) -> Answer? {
        while let (answer, count) = try Answer.read(received[...], hasBody: hasBody) {
            received.removeFirst(count)
            // 100 Continue stands before an answer.
            if answer.status >= 200 { return answer }
        }
        return nil
    }
}
