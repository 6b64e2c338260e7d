import Glibc
import RealKafka

/// A client's connection, on which one request follows the other.
final class KeptConnection {
    private let port: UInt16
    private let descriptor: Int32
    private var received: [UInt8] = []

    init(port: UInt16) throws {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: Int(Patience.usual.components.seconds), tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw WebClient.Failure.notConnected }
    }

    deinit { close(descriptor) }

    /// Sends a request and reads its answer.
    func ask(
        _ method: String, _ target: String, _ headers: [(name: String, value: String)] = [], _ body: String = ""
    ) throws -> WebClient.Answer {
        send(method, target, headers, body)
        let end = Array("\r\n\r\n".utf8)
        var head: WebClient.Answer?
        while true {
            if head == nil, let found = received.firstRange(of: end) {
                head = try WebClient.answer(String(decoding: received[..<found.upperBound], as: UTF8.self))
                received.removeSubrange(..<found.upperBound)
            }
            if let head, received.count >= head["Content-Length"].flatMap({ Int($0) }) ?? 0 {
                let size = head["Content-Length"].flatMap { Int($0) } ?? 0
                let body = String(decoding: received[..<size], as: UTF8.self)
                received.removeFirst(size)
                return WebClient.Answer(status: head.status, headers: head.headers, body: body)
            }
            guard receive() else { throw WebClient.Failure.noAnswer(String(decoding: received, as: UTF8.self)) }
        }
    }

    func send(_ method: String, _ target: String, _ headers: [(name: String, value: String)], _ body: String) {
        var text = "\(method) \(target) HTTP/1.1\r\n"
        if !headers.contains(where: { $0.name.lowercased() == "host" }) { text += "Host: 127.0.0.1:\(port)\r\n" }
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
            text += "Content-Length: \(body.utf8.count)\r\n"
        }
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        var bytes = Array((text + "\r\n" + body).utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { rest in
                unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// What has come and has not been read as an answer.
    var text: String { String(decoding: received, as: UTF8.self) }

    /// All that comes until the other side closes the connection.
    func rest() -> [UInt8] {
        while receive() {}
        return received
    }

    /// Waits for more.
    /// - Returns: whether any has come.
    func receive() -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &part, part.count, 0)
        guard count > 0 else { return false }
        received += part[..<count]
        return true
    }
}
