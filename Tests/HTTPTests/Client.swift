import Glibc
import Testing

/// A client that sends what it is asked to, right or wrong. It waits 20 seconds for an answer at most.
final class Client {
    enum Failure: Error { case notConnected, closed }

    /// An answer as it came.
    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32
    private var received: [UInt8] = []
    /// What has come in chunks since the last head.
    private var content: [UInt8] = []

    /// - Parameters:
    ///   - source: an address of this machine that it comes from, such as 127.0.0.7.
    ///   - buffer: bytes that the system takes in for it; nil is its own number.
    init(port: UInt16, ipv6: Bool = false, source: String? = nil, buffer: Int32? = nil) throws {
        descriptor = socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var buffer {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        }
        if let source {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            unsafe inet_pton(AF_INET, source, &address.sin_addr)
            let bound = unsafe withUnsafeBytes(of: &address) { bytes in
                guard let start = bytes.baseAddress else { return Int32(-1) }
                return unsafe bind(
                    descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            }
            guard bound == 0 else { throw Failure.notConnected }
        }
        var code: Int32 = -1
        if ipv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            unsafe inet_pton(AF_INET6, "::1", &address.sin6_addr)
            code = Self.connect(descriptor, &address)
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            unsafe inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
            code = Self.connect(descriptor, &address)
        }
        // Not #require: that is for good, and some tests continue after this.
        guard code == 0 else { throw Failure.notConnected }
    }

    deinit { close(descriptor) }

    private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) -> Int32 {
        unsafe withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress else { return -1 }
            return unsafe Glibc.connect(
                descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
    }

    func send(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Sends it in so many pieces, each on its way before the next one is.
    func dribble(_ text: String, pieces: Int) {
        let bytes = Array(text.utf8)
        var isOn: Int32 = 1
        unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        for start in stride(from: 0, to: bytes.count, by: max(bytes.count / pieces, 1)) {
            let piece = Array(bytes[start..<min(start + max(bytes.count / pieces, 1), bytes.count)])
            _ = unsafe Glibc.send(descriptor, piece, piece.count, Int32(MSG_NOSIGNAL))
            usleep(1000)
        }
    }

    /// Sends a request and reads its answer; the connection stays open.
    func request(_ method: String, _ target: String, headers: String = "", body: String = "") throws -> Answer {
        send("\(method) \(target) HTTP/1.1\r\nHost: here\r\n\(headers)\r\n\(body)")
        return try answer(hasBody: method != "HEAD")
    }

    func answer(hasBody: Bool = true) throws -> Answer {
        var end: Int?
        while end == nil {
            end = received.indices.first { received[$0...].starts(with: "\r\n\r\n".utf8) }
            if end == nil, !receive() { throw Failure.closed }
        }
        let head = String(decoding: received[..<(end ?? 0)], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in head.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            headers[name] = String(line[line.index(colon, offsetBy: 2)...])
        }
        received.removeFirst((end ?? 0) + 4)
        content = []
        let count = hasBody ? Int(headers["content-length"] ?? "") ?? 0 : 0
        while received.count < count { guard receive() else { throw Failure.closed } }
        let body = Array(received[..<count])
        received.removeFirst(count)
        return Answer(status: Int(head[0].split(separator: " ")[1]) ?? 0, headers: headers, body: body)
    }

    /// Reads an answer in chunks until there are so many bytes, or up to its end.
    /// - Returns: all that has come of it.
    func chunks(_ count: Int?) throws -> String {
        while count.map({ content.count < $0 }) ?? true {
            guard let end = received.firstRange(of: "\r\n".utf8), let size = Int(text(..<end.lowerBound), radix: 16),
                received.count >= end.upperBound + size + 2
            else {
                guard receive() else { throw Failure.closed }
                continue
            }
            content += received[end.upperBound..<(end.upperBound + size)]
            received.removeFirst(end.upperBound + size + 2)
            if size == 0 { break }
        }
        return String(decoding: content, as: UTF8.self)
    }

    /// All that comes until the server closes the connection.
    func rest() -> String {
        while receive() {}
        return text(0...)
    }

    func readToEnd() { while receive() {} }

    private func text(_ range: some RangeExpression<Int>) -> String {
        String(decoding: received[range], as: UTF8.self)
    }

    /// Waits until the server closes the connection; false if it does not.
    func isClosed() -> Bool {
        while receive() {}
        return errno != EAGAIN && received.isEmpty
    }

    /// Sends or takes one byte at a time, with a pause between two, until the server closes the connection or the time
    /// is up.
    /// - Returns: how long that took; nil if it was not closed.
    func drip(_ text: String? = nil, pause: Duration = .milliseconds(50), within time: Duration = .seconds(20))
        -> Duration?
    {
        let start = ContinuousClock.now
        var bytes = text.map { Array($0.utf8) } ?? []
        while .now - start < time {
            if text != nil { send(bytes.isEmpty ? "x" : String(decoding: [bytes.removeFirst()], as: UTF8.self)) }
            var events = pollfd(fd: descriptor, events: Int16(text != nil ? POLLIN : 0), revents: 0)
            unsafe _ = poll(&events, 1, Int32((pause / .milliseconds(1)).rounded()))
            if text != nil ? events.revents != 0 : events.revents & Int16(POLLHUP | POLLERR) != 0 {
                return .now - start
            }
            if text == nil, !receive(atMost: 1) { return .now - start }
        }
        return nil
    }

    private func receive(atMost limit: Int = 65536) -> Bool {
        var part = [UInt8](repeating: 0, count: limit)
        errno = 0
        let count = unsafe recv(descriptor, &part, part.count, 0)
        guard count > 0 else { return false }
        received += part[..<count]
        return true
    }
}
