/// What a request's first line names, taken apart as it was sent: split first, decoded after that. So `%2F` stays
/// within its segment.
///
/// Refused is what another server on the way may read as another target than this one does: bytes that no URL has,
/// escapes that are none, a zero, text that is no UTF-8, and segments that lead elsewhere (`.` and `..`, escaped or
/// not).
struct HTTPTarget {
    /// As it was sent.
    let text: String
    /// Up to the question mark, not decoded.
    let path: String
    let segments: [String]
    let query: [(name: String, value: String)]
    /// What stands in it before the path, as proxies have it: `http://host`.
    let authority: String?

    init(_ bytes: Span<UInt8>) throws(HTTPRefusal) {
        var question = bytes.count
        var isPlain = true
        for index in bytes.indices {
            let byte = bytes[index]
            guard ByteSet.target.contains(byte) else {
                throw .malformed("the request target has a byte that must be percent-encoded")
            }
            if byte == UInt8(ascii: "%") { isPlain = false }
            if byte == UInt8(ascii: "?"), question == bytes.count { question = index }
        }
        var start = 0
        var authority: String?
        if bytes.isEmpty || bytes[0] != UInt8(ascii: "/") {
            if bytes.count == 1, bytes[0] == UInt8(ascii: "*") {
                (text, path, segments, query, self.authority) = ("*", "*", [], [], nil)
                return
            }
            start = try Self.endOfAuthority(bytes.extracting(0..<question))
            authority = try Self.text(bytes.extracting(7..<start).trimmingSlash)
        }
        text = try Self.text(bytes)
        path =
            start == question
            ? "/"
            : question == bytes.count && start == 0
                ? text : try Self.text(bytes.extracting(start..<question))
        segments = try Self.segments(bytes.extracting(start..<question), isPlain)
        query = question == bytes.count ? [] : try Self.query(bytes.extracting((question + 1)..<bytes.count))
        self.authority = authority
    }

    init(_ text: String) throws(HTTPRefusal) { try self.init(text.utf8.span) }

    private init(text: String) { (self.text, path, segments, query, authority) = (text, text, [], [], nil) }

    static let root = HTTPTarget(text: "/")

    /// Where the path begins in `http://host/path`.
    private static func endOfAuthority(_ bytes: Span<UInt8>) throws(HTTPRefusal) -> Int {
        var start = 0
        if bytes.count > 7, matches(bytes.extracting(0..<7), "http://") { start = 7 }
        if bytes.count > 8, matches(bytes.extracting(0..<8), "https://") { start = 8 }
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "/") { end += 1 }
        guard end > start, start > 0 else { throw .malformed("the request target is not a path") }
        return end
    }

    private static func segments(_ path: Span<UInt8>, _ isPlain: Bool) throws(HTTPRefusal) -> [String] {
        // "/" is the root, which has none.
        guard path.count > 1 else { return [] }
        var segments: [String] = []
        segments.reserveCapacity(4)
        var start = 1
        for index in 1...path.count where index == path.count || path[index] == UInt8(ascii: "/") {
            let part = path.extracting(start..<index)
            let segment = try isPlain ? text(part) : decoded(part, plusIsBlank: false)
            guard segment != ".", segment != ".." else {
                throw .malformed("the path must not have . or .. as a segment")
            }
            segments.append(segment)
            start = index + 1
        }
        return segments
    }

    private static func query(_ query: Span<UInt8>) throws(HTTPRefusal) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        var start = 0
        var equals: Int?
        for index in 0...query.count {
            guard index == query.count || query[index] == UInt8(ascii: "&") else {
                if equals == nil, query[index] == UInt8(ascii: "=") { equals = index }
                continue
            }
            if index > start {
                let name = try decoded(query.extracting(start..<(equals ?? index)), plusIsBlank: true)
                // One without a value has an empty one.
                let value = try decoded(query.extracting(min((equals ?? index) + 1, index)..<index), plusIsBlank: true)
                pairs.append((name: name, value: value))
            }
            start = index + 1
            equals = nil
        }
        return pairs
    }

    private static func decoded(_ bytes: Span<UInt8>, plusIsBlank: Bool) throws(HTTPRefusal) -> String {
        var isPlain = true
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") || (plusIsBlank && byte == UInt8(ascii: "+")) { isPlain = false }
        }
        if isPlain { return try text(bytes) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            var byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "+"), plusIsBlank { byte = UInt8(ascii: " ") }
            if byte == UInt8(ascii: "%") {
                guard index + 2 <= bytes.count, let high = digit(bytes[index]), let low = digit(bytes[index + 1])
                else { throw .malformed("an escape in the request target is not % and two hexadecimal digits") }
                byte = high << 4 | low
                guard byte != 0 else { throw .malformed("the request target has a zero byte") }
                index += 2
            }
            decoded.append(byte)
        }
        return try text(decoded.span)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func text(_ bytes: Span<UInt8>) throws(HTTPRefusal) -> String {
        do { return String(copying: try UTF8Span(validating: bytes)) } catch {
            throw .malformed("the request target is not UTF-8")
        }
    }
}

extension Span where Element == UInt8 {
    /// Without the slash of `https://` in front.
    fileprivate var trimmingSlash: Span<UInt8> {
        @_lifetime(copy self) get { !isEmpty && self[0] == UInt8(ascii: "/") ? extracting(1..<count) : self }
    }
}
