import HTTP

/// How a client calls the gateway: scheme, host and the path in front of ours. Said by `Forwarded` (RFC 7239), else by
/// `X-Forwarded-*`, else by the request itself; each for what the one before does not say, or says badly.
///
/// Of a list the first element counts, which the proxy nearest to the client has written. Whoever trusts a proxy has it
/// take away what clients say of this themselves.
struct PublicAddress: Hashable {
    var isSecure: Bool
    /// With its port, where that is another one than usual.
    var host: String
    /// Empty, or a path without a slash at its end.
    var prefix = ""

    var text: String { "\(isSecure ? "https" : "http")://\(host)\(prefix)" }

    init(_ request: HTTPRequest, trustsProxy: Bool) {
        isSecure = request.isSecure
        let headers = request.headers
        host = headers["host"].flatMap { Self.isHost($0) ? $0 : nil } ?? "localhost"
        guard trustsProxy else { return }
        let forwarded = headers["forwarded"].flatMap(ForwardedElement.init)
        for word in [forwarded?.proto, Self.first(headers["x-forwarded-proto"])] {
            guard let scheme = word?.lowercased(), scheme == "https" || scheme == "http" else { continue }
            isSecure = scheme == "https"
            break
        }
        for word in [forwarded?.host, Self.first(headers["x-forwarded-host"])] {
            guard let word, Self.isHost(word) else { continue }
            host = word
            break
        }
        if let path = Self.first(headers["x-forwarded-prefix"]).map(Self.withoutSlash), Self.isPrefix(path) {
            prefix = path
        }
    }

    private static func first(_ list: String?) -> String? {
        list.map { $0.prefix { $0 != "," }.trimmingBlanks }
    }

    private static func withoutSlash(_ path: String) -> String { path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// A name or an address, with a port or without: nothing that would end the text that it stands in, or send
    /// someone elsewhere.
    static func isHost(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...255).contains(bytes.count) else { return false }
        var end = 0
        if bytes[0] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > 1 else { return false }
            guard
                bytes[1..<close].allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return false }
            end = close + 1
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
            guard end > 0, bytes[..<end].allSatisfy(isOfName) else { return false }
        }
        guard end < bytes.count else { return true }
        let port = bytes[(end + 1)...]
        return bytes[end] == UInt8(ascii: ":") && (1...5).contains(port.count)
            && port.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// A path within the host that nobody can read as another one: two slashes at its beginning would be a host.
    private static func isPrefix(_ text: String) -> Bool {
        guard text.utf8.count <= 255, text.hasPrefix("/") else { return false }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy { isOfName($0) || $0 == UInt8(ascii: "~") }
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch UnicodeScalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
        default: false
        }
    }
}

/// The first element of a `Forwarded` header: what the proxy nearest to the client says. nil where it is not as RFC
/// 7239 has it.
struct ForwardedElement {
    private(set) var proto: String?
    private(set) var host: String?

    init?(_ header: String) {
        var bytes = Array(header.utf8)[...]
        while true {
            bytes = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > bytes.startIndex else { return nil }
            let name = String(decoding: bytes[..<equals], as: UTF8.self).lowercased()
            bytes = bytes[(equals + 1)...]
            guard let value = Self.takeValue(&bytes) else { return nil }
            switch name {
            case "proto" where proto == nil: proto = value
            case "host" where host == nil: host = value
            // Said twice.
            case "proto", "host": return nil
            default: break
            }
            bytes = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            switch bytes.popFirst() {
            case nil, UInt8(ascii: ","): return
            case UInt8(ascii: ";"): continue
            default: return nil
            }
        }
    }

    /// A token, or what stands between quotes.
    private static func takeValue(_ bytes: inout ArraySlice<UInt8>) -> String? {
        var value: [UInt8] = []
        guard bytes.first == UInt8(ascii: "\"") else {
            value = Array(bytes.prefix { !" \t,;\"".utf8.contains($0) })
            bytes = bytes.dropFirst(value.count)
            return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        }
        bytes.removeFirst()
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = bytes.popFirst() else { return nil }
                value.append(escaped)
            default: value.append(byte)
            }
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmingBlanks: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
