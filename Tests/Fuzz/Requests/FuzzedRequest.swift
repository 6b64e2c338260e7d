/// A request, whatever is wrong with it.
struct FuzzedRequest {
    var method: String
    var target: String
    var version = "HTTP/1.1"
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Sent in chunks of this many bytes; nil says how long it is.
    var chunk: Int?
    var isMutated = false
    /// What was said of whoever asks.
    var bearer: Bearers.Kind?
    var isPublic = false

    /// As it goes over the wire.
    var bytes: [UInt8] {
        var text = "\(method) \(target) \(version)\r\n"
        for header in headers { text += "\(header.name): \(header.value)\r\n" }
        guard let chunk else {
            if !body.isEmpty || hasBody { text += "Content-Length: \(body.count)\r\n" }
            return Array((text + "\r\n").utf8) + body
        }
        var bytes = Array((text + "Transfer-Encoding: chunked\r\n\r\n").utf8)
        for start in stride(from: 0, to: body.count, by: max(chunk, 1)) {
            let part = body[start..<min(start + max(chunk, 1), body.count)]
            bytes += Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10]
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }

    private var hasBody: Bool { ["POST", "PUT", "PATCH"].contains(method) }
}

/// What is done with a connection at one go.
struct FuzzedExchange {
    enum Kind {
        /// HTTP, as everybody reads it: each request has one answer, up to one that ends the connection.
        case framed([FuzzedRequest])
        /// Bytes that may be anything. Who knows how many requests they are.
        case wild([UInt8], isHead: Bool)
        /// A stream is begun, and left when it has said something.
        case stream(FuzzedRequest)
    }

    let number: Int
    let kind: Kind
    /// Which of the gateways is asked.
    var isOpen = false
    /// In how many pieces it is sent.
    var pieces = 1
    /// The client leaves before it has an answer.
    var isLeft = false
    /// Whether what never becomes a request is waited for, which takes as long as the gateway has patience.
    var waitsLong = false

    var requests: Int {
        if case .framed(let requests) = kind { requests.count } else { 1 }
    }

    var mutated: Int {
        switch kind {
        case .framed(let requests): requests.count { $0.isMutated }
        case .wild: 1
        case .stream(let request): request.isMutated ? 1 : 0
        }
    }

    var bytes: [UInt8] {
        switch kind {
        case .framed(let requests): requests.flatMap(\.bytes)
        case .wild(let bytes, _): bytes
        case .stream(let request): request.bytes
        }
    }
}
