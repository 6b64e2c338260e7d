import Daemon
import Glibc

/// Asks one thing over HTTP, as a probe does: connect, one GET, the answer.
enum HTTPProbe {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// - Throws: `Failure` when nobody answers in time, or not as HTTP has it.
    static func get(
        _ path: String, address: String, port: UInt16, timeout: Duration
    ) throws(Failure) -> (status: Int, body: String) {
        let socket = try connect(address, port, timeout)
        defer { close(socket) }
        // The path is the user's own: a blank in it would make another request of it.
        guard path.hasPrefix("/"), !path.contains(where: \.isWhitespace) else {
            throw Failure(description: "\"\(path)\" is not a path such as /readyz")
        }
        let request = "GET \(path) HTTP/1.1\r\nHost: \(address):\(port)\r\nConnection: close\r\n\r\n"
        let sent = unsafe request.utf8.withContiguousStorageIfAvailable {
            unsafe send(socket, $0.baseAddress, $0.count, 0)
        }
        guard sent == request.utf8.count else { throw Failure(description: "port \(port): \(systemReason())") }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1_048_576 {
            let count = unsafe recv(socket, &part, part.count, 0)
            guard count >= 0 else { throw Failure(description: "port \(port) does not answer: \(systemReason())") }
            if count == 0 { break }
            bytes.append(contentsOf: part[..<count])
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.prefix { $0 != "\r\n" }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw Failure(description: "port \(port) does not speak HTTP")
        }
        return (status, text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? "")
    }

    private static func connect(_ address: String, _ port: UInt16, _ timeout: Duration) throws(Failure) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address, String(port), &hints, &found) == 0, let place = unsafe found else {
            throw Failure(description: "\(address) is not an IP address")
        }
        defer { unsafe freeaddrinfo(found) }
        let socket = unsafe Glibc.socket(
            place.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(
            tv_sec: Int(timeout.components.seconds),
            tv_usec: Int(timeout.components.attoseconds / 1_000_000_000_000))
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard unsafe Glibc.connect(socket, place.pointee.ai_addr, place.pointee.ai_addrlen) == 0 else {
            let reason = systemReason()
            close(socket)
            throw Failure(description: "nothing listens on port \(port) of \(address): \(reason)")
        }
        return socket
    }
}
