import Foundation
import Glibc
import RealKafka
import Schemas

/// Asks a gateway over HTTP: a connection for each request.
struct WebClient {
    struct Answer: CustomStringConvertible {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: String

        /// The first header of this name.
        subscript(name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        /// What a JSON pointer leads to; nil where there is nothing. An empty pointer is the whole body.
        func at(_ pointer: String) -> JSONTree? { (try? JSONTree(body))?.at(pointer) }

        var description: String {
            "\(status) \(headers.map { "\($0.name): \($0.value)" }.joined(separator: ", "))\n\(body)"
        }
    }

    enum Failure: Error {
        case notConnected
        case noAnswer(String)
    }

    let port: UInt16

    func ask(
        _ method: String, _ target: String, _ headers: [(name: String, value: String)] = [], _ body: String = ""
    ) throws -> Answer {
        var text = "\(method) \(target) HTTP/1.1\r\nConnection: close\r\n"
        if !headers.contains(where: { $0.name.lowercased() == "host" }) { text += "Host: 127.0.0.1:\(port)\r\n" }
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
            text += "Content-Length: \(body.utf8.count)\r\n"
        }
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return try Self.answer(exchange(Array((text + "\r\n" + body).utf8)))
    }

    private func exchange(_ bytes: [UInt8]) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
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
        guard code == 0 else { throw Failure.notConnected }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { rest in
                unsafe send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        var (received, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = unsafe recv(descriptor, &part, part.count, 0)
            guard count > 0 else { return String(decoding: received, as: UTF8.self) }
            received += part[..<count]
        }
    }

    private static func answer(_ text: String) throws -> Answer {
        guard let end = text.range(of: "\r\n\r\n") else { throw Failure.noAnswer(text) }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { throw Failure.noAnswer(text) }
        let headers = lines.dropFirst().compactMap { line in
            line.range(of: ": ").map { (name: String(line[..<$0.lowerBound]), value: String(line[$0.upperBound...])) }
        }
        return Answer(status: status, headers: headers, body: String(text[end.upperBound...]))
    }
}

extension JSONTree {
    /// What a JSON pointer leads to.
    func at(_ pointer: String) -> JSONTree? {
        pointer.split(separator: "/").reduce(self as JSONTree?) { found, name in
            if let list = found?.array { return Int(name).flatMap { list.indices.contains($0) ? list[$0] : nil } }
            return found?[String(name).replacing("~1", with: "/").replacing("~0", with: "~")]
        }
    }
}
