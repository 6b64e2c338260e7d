import Chance
import Workers

/// Bytes that two servers may read in two ways, that are no HTTP at all, or that never end.
extension RequestMutator {
    private static let lines: [String] = [
        "Content-Length: 0", "Content-Length: +5", "Content-Length: -1", "Content-Length: 0x10", "Content-Length: 5, 5",
        "Content-Length: 99999999999999999999", "Content-Length: 70000", "Content-Length : 5", "Content-Length:",
        "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding : chunked",
        "Transfer-Encoding: \u{B}chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding:\r\n\tchunked",
        "Host: localhost", "Host: a, b", "Host: ", " folded: x", "\tfolded", "nonsense", ": empty", "X Y: z",
        "X: a\u{0}b",
        "X: a\rb", "X: a\nContent-Length: 9", "X: \u{1}", "X\u{AE40}: y", "Expect: 200-ok", "Connection: upgrade",
        "Upgrade: h2c", "Authorization: Bearer \u{0}", "Cookie: \u{7F}", "X: \(String(repeating: "y", count: 20_000))",
        (0..<120).map { "X-\($0): y" }.joined(separator: "\r\n"), String(repeating: "Z: \r\n", count: 3000),
    ]
    private static let targets = [
        "*", "", "x", "/\u{AE40}", "/users#x", "/users\\..", "/a/../users", "/./users", "/%2e%2e/users", "/%00", "/%ff",
        "/%", "/%zz", "/%c0%ae", "//users", "http://", "http://other/users", "https://localhost/users", "file:///users",
        "/users?x=%00", "/users?\u{1}", "/users /x", "/\(String(repeating: "a", count: 17_000))", "?", "/?",
        "localhost:80",
    ]
    private static let versions = [
        "HTTP/1.0", "HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/1", "HTTP/1.1 ", "http/1.1", "HTTP/1.11", "HTTP/11",
        "HTTP", "",
        "ICY/1.1", "HTTP/1.\u{0}",
    ]
    private static let chunks = [
        "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n", "-1\r\nx\r\n", "5;x=\"\n\"\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffff\r\nx",
        "7fffffffffffffff\r\n", "fffffffffffffffff\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "2\r\nhello\r\n0\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n", "0\r\n\(String(repeating: "T: x\r\n", count: 5000))\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "00000000000000000000005\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", "G\r\n",
    ]
    /// Others that come to a port of HTTP.
    private static let strangers: [[UInt8]] = [
        [0x16, 0x03, 0x01, 0x00, 0xA5, 0x01, 0x00, 0x00, 0xA1, 0x03, 0x03],
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8),
        Array("SSH-2.0-x\r\n".utf8), [0, 0, 0, 0x1C, 0, 18, 0, 3, 0, 0, 0, 0], Array("\r\n\r\n\r\n".utf8),
        [0xFF, 0xFE, 0], [4, 1, 0, 80],
    ]

    func wild(
        _ base: FuzzedRequest, then next: FuzzedRequest, _ random: inout SeededGenerator
    ) -> [UInt8] {
        var request = base
        var bytes: [UInt8]
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            request.target = Self.targets.randomElement(using: &random) ?? ""
            bytes = request.bytes
        case 1:
            request.version = Self.versions.randomElement(using: &random) ?? ""
            bytes = request.bytes
        case 2...4:
            bytes = request.bytes
            for _ in 0..<Int.random(in: 1...2, using: &random) { insertLine(&bytes, &random) }
        case 5:
            request.headers.append(("Transfer-Encoding", "chunked"))
            request.body = []
            bytes = request.bytes + Array((Self.chunks.randomElement(using: &random) ?? "").utf8)
        case 6: bytes = Self.strangers.randomElement(using: &random) ?? []
        case 7:
            // All line ends, or one of them.
            let isAll = Bool.random(using: &random)
            bytes = request.bytes.filter { $0 != 13 || !isAll && Int.random(in: 0..<8, using: &random) > 0 }
        case 8:
            bytes = request.bytes
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        case 9:
            bytes = (0..<Int.random(in: 1...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 10:
            bytes = request.bytes
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes.insert(contentsOf: bytes.shuffled(using: &random).prefix(20), at: place)
        default:
            bytes = request.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) { Mutator().mutateBytes(&bytes, &random) }
        }
        // Someone waits behind it whose request it must not become a part of.
        return Bool.random(using: &random) ? bytes + next.bytes : bytes
    }

    /// Behind one of the head's lines, or before it.
    private func insertLine(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let end = bytes[...].place(of: "\r\n\r\n") ?? bytes.count
        let places = bytes[..<end].indices.filter { bytes[$0] == 10 }.map { $0 + 1 }
        let line = (Self.lines.randomElement(using: &random) ?? "") + "\r\n"
        bytes.insert(contentsOf: Array(line.utf8), at: places.randomElement(using: &random) ?? 0)
    }
}
