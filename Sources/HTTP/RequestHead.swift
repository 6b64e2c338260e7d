/// The head of a request, header by header, and what has to be refused of it: whatever two servers may read in two
/// ways, so that one of them takes a part of the body for another request. No sockets: tested as a table.
///
/// libmicrohttpd 0.9.75 takes most of that; 1.0 refuses it by itself.
struct RequestHead {
    /// A request has ten or so.
    static let mostHeaders = 100

    private(set) var headers = HTTPHeaders()
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private var expectsContinue = false
    private var hosts = 0
    private var lengths = 0
    private var codings = 0
    private var fault: HTTPRefusal?

    init(bytes: Int) { headers.reserve(bytes: bytes) }

    mutating func add(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        guard fault == nil else { return }
        guard headers.count < Self.mostHeaders else {
            fault = HTTPRefusal(431, "there are more than \(Self.mostHeaders) headers")
            return
        }
        guard Self.isToken(name) else {
            fault = .malformed("a header name has a byte that is not allowed, such as a space before the colon")
            return
        }
        guard Self.isText(value) else {
            fault = .malformed("a header value has a control character")
            return
        }
        headers.append(name, value)
        switch name.count {
        case 4 where matches(name, "host"):
            hosts += 1
            if !value.indices.allSatisfy({ ByteSet.host.contains(value[$0]) }) || value.isEmpty {
                fault = .malformed("the Host is not valid")
            }
        case 6 where matches(name, "expect"):
            expectsContinue = matches(value, "100-continue")
            if !expectsContinue { fault = HTTPRefusal(417, "Expect can only be 100-continue") }
        case 14 where matches(name, "content-length"):
            lengths += 1
            contentLength = Self.number(value)
            if contentLength == nil { fault = .malformed("the Content-Length is not a number") }
        case 17 where matches(name, "transfer-encoding"):
            codings += 1
            isChunked = matches(value, "chunked")
            if !isChunked { fault = HTTPRefusal(501, "the only Transfer-Encoding supported is chunked") }
        default: break
        }
    }

    /// What is wrong with it; nil if nothing is.
    func refusal(method: Span<UInt8>, isOld: Bool, authority: String?) -> HTTPRefusal? {
        if let fault { return fault }
        if !Self.isToken(method) { return .malformed("the method is not valid") }
        if lengths > 1 { return .malformed("there is more than one Content-Length") }
        if codings > 1 { return .malformed("there is more than one Transfer-Encoding") }
        if codings == 1, lengths == 1 { return .malformed("there is a Content-Length beside a Transfer-Encoding") }
        if codings == 1, isOld { return .malformed("HTTP/1.0 has no Transfer-Encoding") }
        // libmicrohttpd would close the connection behind its 100 when another request follows.
        if expectsContinue, codings == 0, contentLength ?? 0 == 0 {
            return HTTPRefusal(417, "100-continue is for requests with a body, and there is none")
        }
        if hosts > 1 { return .malformed("there is more than one Host") }
        if hosts == 0, !isOld { return .malformed("there is no Host") }
        if let authority, let host = headers["host"], host.lowercased() != authority.lowercased() {
            return .malformed("the request target names another host than the Host header")
        }
        return nil
    }

    private static func isToken(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where !ByteSet.token.contains(bytes[index]) { return false }
        return !bytes.isEmpty
    }

    private static func isText(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 32 && byte != 9 || byte == 127 { return false }
        }
        return true
    }

    private static func number(_ bytes: Span<UInt8>) -> Int? {
        guard (1...18).contains(bytes.count) else { return nil }
        var number = 0
        for index in bytes.indices {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
            number = number * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        return number
    }
}
