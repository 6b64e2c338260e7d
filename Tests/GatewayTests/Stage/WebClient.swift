import Foundation
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
        let connection = try KeptConnection(port: port)
        connection.send(method, target, headers + [("Connection", "close")], body)
        return try Self.answer(String(decoding: connection.rest(), as: UTF8.self))
    }

    static func answer(_ text: String) throws -> Answer {
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
