import Glibc
import Synchronization
import Testing

@testable import HTTP

/// What is sent over a socket as it stands: requests that two servers may read in two ways.
@Suite(.timeLimit(.minutes(30))) struct AttackTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let statuses: [Int]
        /// What libmicrohttpd answers where it refuses by itself, 1.0 or before; none is an end of the connection.
        var own: [Int]?
        var testDescription: String { name }
    }

    /// Answered by the server below with 299, which nothing else is.
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n"

    private static func attack(
        _ name: String, _ status: Int, _ head: String, body: String = smuggled, own: [Int]? = nil
    ) -> Attack {
        Attack(name: name, text: "\(head)\r\n\(body)", statuses: [status], own: own)
    }

    private static func get(_ name: String, _ status: Int, target: String, own: [Int]? = nil) -> Attack {
        attack(name, status, "GET \(target) HTTP/1.1\r\nHost: here\r\n", own: own)
    }

    private static let post = "POST /ok HTTP/1.1\r\nHost: here\r\n"

    private static let bodies: [Attack] = [
        attack(
            "two lengths that differ", 400, "\(post)Content-Length: 0\r\nContent-Length: \(smuggled.utf8.count)\r\n"),
        attack(
            "two lengths that are the same", 400, "\(post)Content-Length: 5\r\nContent-Length: 5\r\n",
            body: "hello\(smuggled)"),
        attack("a list of lengths", 400, "\(post)Content-Length: 0, 0\r\n"),
        attack("a length with a sign", 400, "\(post)Content-Length: +0\r\n"),
        attack("a negative length", 400, "\(post)Content-Length: -1\r\n"),
        attack("a hexadecimal length", 400, "\(post)Content-Length: 0x0\r\n"),
        attack("an empty length", 400, "\(post)Content-Length: \r\n"),
        attack(
            "a length and a coding", 400, "\(post)Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            body: "0\r\n\r\n\(smuggled)"),
        attack(
            "a coding and a length", 400, "\(post)Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            body: "0\r\n\r\n\(smuggled)"),
        attack("a blank before the colon of a length", 400, "\(post)Content-Length : \(smuggled.utf8.count)\r\n"),
        attack("a tab before the colon of a length", 400, "\(post)Content-Length\t: \(smuggled.utf8.count)\r\n"),
        attack(
            "a blank before the colon of a coding", 400, "\(post)Transfer-Encoding : chunked\r\n",
            body: "0\r\n\r\n\(smuggled)"),
        attack(
            "two codings", 400, "\(post)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            body: "0\r\n\r\n\(smuggled)"),
        attack("another coding", 501, "\(post)Transfer-Encoding: gzip\r\n", own: [400]),
        attack("a coding that looks like chunked", 501, "\(post)Transfer-Encoding: xchunked\r\n", own: [400]),
        attack(
            "a list of codings", 501, "\(post)Transfer-Encoding: gzip, chunked\r\n", body: "0\r\n\r\n\(smuggled)",
            own: [400]),
        attack(
            "a coding that is quoted", 501, "\(post)Transfer-Encoding: \"chunked\"\r\n", body: "0\r\n\r\n\(smuggled)",
            own: [400]),
        attack(
            "a coding with a vertical tab", 400, "\(post)Transfer-Encoding: \u{B}chunked\r\n",
            body: "0\r\n\r\n\(smuggled)"),
        attack("an empty coding", 501, "\(post)Transfer-Encoding: \r\n", own: [400]),
        attack(
            "a coding in HTTP/1.0", 400, "POST /ok HTTP/1.0\r\nHost: here\r\nTransfer-Encoding: chunked\r\n",
            body: "0\r\n\r\n\(smuggled)"),
        attack("a body that is too large", 413, "\(post)Content-Length: 1001\r\n"),
        attack("a length that no number holds", 413, "\(post)Content-Length: 99999999999999999999999\r\n"),
        attack("something else expected", 417, "\(post)Expect: 200-ok\r\nContent-Length: 0\r\n"),
        // libmicrohttpd says 100 to them, and then takes what follows for a body that there is not.
        attack(
            "a head that is to be taken before no body", 417,
            "GET /ok HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\n"),
        attack(
            "a head that is to be taken before a body of no bytes", 417,
            "\(post)Expect: 100-continue\r\nContent-Length: 0\r\n"),
    ]

    private static let heads: [Attack] = [
        attack("two hosts", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nHost: there\r\n"),
        attack("the same host twice", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nHost: here\r\n"),
        attack("no host", 400, "GET /ok HTTP/1.1\r\nAccept: */*\r\n"),
        attack("an empty host", 400, "GET /ok HTTP/1.1\r\nHost: \r\n"),
        attack("a host with a path", 400, "GET /ok HTTP/1.1\r\nHost: here/there\r\n"),
        attack("a host with a user", 400, "GET /ok HTTP/1.1\r\nHost: me@here\r\n"),
        attack("two hosts in one", 400, "GET /ok HTTP/1.1\r\nHost: here, there\r\n"),
        attack("a target of another host", 400, "GET http://there/ok HTTP/1.1\r\nHost: here\r\n"),
        attack("a name with a blank", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nX Y: z\r\n"),
        attack("a name that is empty", 400, "GET /ok HTTP/1.1\r\nHost: here\r\n: z\r\n"),
        attack("a name with a control character", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nX\u{1}: z\r\n"),
        attack("a name that is no ASCII", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nX가: z\r\n"),
        attack("a value with a control character", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nX: a\u{1}b\r\n"),
        attack("a value with a zero", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nX: a\0b\r\n"),
        attack("a value that is a zero", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nX: \0\r\n"),
        attack("a value with a zero that hides a line", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nX: a\0\r\nY: b\r\n"),
        attack("a value with a bare CR", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nX: a\rb\r\n"),
        attack("a line that goes on", 400, "POST /ok HTTP/1.1\r\nHost: here\r\nX: a\r\n Content-Length: 5\r\n"),
        attack(
            "a line that goes on with a tab", 400,
            "POST /ok HTTP/1.1\r\nHost: here\r\nTransfer-Encoding:\r\n\tchunked\r\n", body: "0\r\n\r\n\(smuggled)"),
        attack("a line without a colon", 400, "GET /ok HTTP/1.1\r\nHost: here\r\nnonsense\r\n"),
        attack("a bare LF behind a header", 400, "GET /ok HTTP/1.1\r\nHost: here\nX: y\r\n"),
        attack(
            "a bare LF that hides a header", 400,
            "POST /ok HTTP/1.1\r\nHost: here\r\nX: y\nContent-Length: \(smuggled.utf8.count)\r\n"),
        attack("a bare LF behind the first line", 400, "GET /ok HTTP/1.1\nHost: here\r\n"),
        Attack(
            name: "a bare LF at the end of the head", text: "GET /ok HTTP/1.1\r\nHost: here\r\n\n\(smuggled)",
            statuses: [400]),
        Attack(name: "bare LFs all over", text: "GET /ok HTTP/1.1\nHost: here\n\n\(smuggled)", statuses: [400]),
        attack(
            "more headers than there may be", 431,
            "GET /ok HTTP/1.1\r\nHost: here\r\n" + (0..<100).map { "X-\($0): y\r\n" }.joined()),
        attack(
            "a head that is too large", 431,
            "GET /ok HTTP/1.1\r\nHost: here\r\nX: \(String(repeating: "y", count: 4100))\r\n"),
        attack(
            "a head that is far too large", 431,
            "GET /ok HTTP/1.1\r\nHost: here\r\nX: \(String(repeating: "y", count: 70_000))\r\n"),
    ]

    private static let lines: [Attack] = [
        get("a control character in the target", 400, target: "/ok\u{1}"),
        get("a tab in the target", 400, target: "/ok\t"),
        get("a zero in the target", 400, target: "/ok\0x", own: []),
        get("a letter that is not escaped", 400, target: "/가"),
        get("a fragment", 400, target: "/ok#there"),
        get("a backslash", 400, target: "/ok\\..\\x"),
        Attack(
            name: "a blank in the target", text: "GET /ok x HTTP/1.1\r\nHost: here\r\n\r\n\(smuggled)", statuses: [400],
            own: []),
        get("no path", 400, target: "ok"),
        get("another scheme", 400, target: "file:///ok"),
        get("a host without a path before it", 400, target: "http://"),
        get("a zero as an escape", 400, target: "/ok%00"),
        get("a zero as an escape, in the query", 400, target: "/ok?x=%00"),
        get("an escape that is none", 400, target: "/ok%zz"),
        get("an escape that ends", 400, target: "/ok%2"),
        get("no UTF-8", 400, target: "/ok%ff"),
        get("UTF-8 that is too long", 400, target: "/%c0%ae%c0%ae/ok"),
        get("a way up", 400, target: "/x/../ok"),
        get("a way up as an escape", 400, target: "/x/%2e%2E/ok"),
        get("a way up at the end", 400, target: "/ok/.."),
        get("a way nowhere", 400, target: "/./ok"),
        attack("several blanks in the first line", 400, "GET  /ok HTTP/1.1\r\nHost: here\r\n"),
        attack("a zero in the method", 400, "GE\0T /ok HTTP/1.1\r\nHost: here\r\n", own: []),
        attack("a method that is none", 400, "G@T /ok HTTP/1.1\r\nHost: here\r\n"),
        attack("another version", 505, "GET /ok HTTP/2.0\r\nHost: here\r\n"),
        attack("no version", 400, "GET /ok\r\nHost: here\r\n"),
        attack("a tunnel", 400, "CONNECT here:443 HTTP/1.1\r\nHost: here\r\n"),
    ]

    private static let chunks: [Attack] = [
        attack(
            "a body in chunks", 200, "\(post)Transfer-Encoding: chunked\r\n", body: "2\r\nhi\r\n0\r\n\r\n\(smuggled)"),
        attack(
            "chunks that end with LF", 200, "\(post)Transfer-Encoding: chunked\r\n", body: "2\nhi\n0\n\n\(smuggled)",
            own: [400]),
        attack(
            "a chunk with an extension", 400, "\(post)Transfer-Encoding: chunked\r\n",
            body: "2;x=\n\r\nhi\r\n0\r\n\r\n\(smuggled)"),
        attack(
            "a chunk that is longer than it says", 400, "\(post)Transfer-Encoding: chunked\r\n",
            body: "2\r\nhello\r\n0\r\n\r\n\(smuggled)"),
        attack(
            "a chunk of no size", 400, "\(post)Transfer-Encoding: chunked\r\n", body: "x\r\nhi\r\n0\r\n\r\n\(smuggled)"),
        attack(
            "a chunk of any size", 413, "\(post)Transfer-Encoding: chunked\r\n",
            body: "fffffffffffffffff\r\n\(smuggled)"),
        attack(
            "chunks that are too much", 413, "\(post)Transfer-Encoding: chunked\r\n",
            body: "3e9\r\n\(String(repeating: "x", count: 1001))\r\n0\r\n\r\n\(smuggled)"),
        attack(
            "a length in a trailer", 200, "\(post)Transfer-Encoding: chunked\r\n",
            body: "0\r\nContent-Length: 5\r\n\r\n\(smuggled)"),
    ]

    private static let harmless: [Attack] = [
        Attack(name: "a request", text: "GET /ok HTTP/1.1\r\nHost: here\r\n\r\n", statuses: [200]),
        Attack(
            name: "a large head",
            text: "GET /ok HTTP/1.1\r\nHost: here\r\nX: \(String(repeating: "y", count: 4000))\r\n\r\n", statuses: [200]
        ),
        Attack(name: "a body", text: "\(post)Content-Length: 5\r\n\r\nhello", statuses: [200]),
        Attack(
            name: "blanks around values", text: "\(post)Content-Length: \t 5\r\nX:\r\nY:z\r\n\r\nhello",
            statuses: [200]),
        Attack(
            name: "an empty line before", text: "\r\nGET /ok HTTP/1.1\r\nHost: here\r\n\r\n", statuses: [200]),
        Attack(
            name: "a host in the target", text: "GET http://HERE/ok HTTP/1.1\r\nHost: here\r\n\r\n", statuses: [200]),
        Attack(
            name: "what browsers leave in queries",
            text: "GET /ok?a={x}|y^[1]\"`<>' HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", statuses: [200]),
        Attack(
            name: "values that are no ASCII", text: "GET /ok HTTP/1.1\r\nHost: here\r\nX: 가\r\n\r\n", statuses: [200]),
        Attack(
            name: "a path that there is not", text: "GET /a%2Fb/%20 HTTP/1.1\r\nHost: here\r\n\r\n", statuses: [404]),
        // libmicrohttpd has no room for what it would make of them.
        Attack(
            name: "many parameters",
            text: "GET /ok?\(String(repeating: "x=1&", count: 900)) HTTP/1.1\r\nHost: here\r\n\r\n", statuses: [200]),
        Attack(
            name: "many parameters behind a second question mark",
            text: "GET /ok?x?\(String(repeating: "x&", count: 1900)) HTTP/1.1\r\nHost: here\r\n\r\n", statuses: [200]),
        Attack(
            name: "many headers",
            text: "GET /ok HTTP/1.1\r\nHost: here\r\n" + (0..<99).map { "X-\($0): y\r\n" }.joined() + "\r\n",
            statuses: [200]),
    ]

    private static func makeServer() throws -> HTTPServer {
        var settings = ServerSettings()
        settings.bodyBytes = 1000
        settings.headBytes = 4096
        settings.headLimit = .seconds(60)
        settings.answerLimit = .seconds(60)
        return try HTTPServer(address: "127.0.0.1", port: 0, settings: settings) { request, _ in
            switch request.segments {
            case ["ok"]: .now(HTTPResponse("ok\n"))
            case ["smuggled"]: .now(HTTPResponse(status: 299, "smuggled\n"))
            default: .now(.notFound)
            }
        }
    }

    /// The statuses of all answers that come until the server closes the connection; or until what was behind the
    /// attack is answered.
    private func statuses(_ text: String, port: UInt16, pieces: Int) throws -> [Int] {
        let client = try Client(port: port)
        if pieces == 1 { client.send(text) } else { client.dribble(text, pieces: pieces) }
        var statuses: [Int] = []
        while let answer = try? client.answer() {
            statuses.append(answer.status)
            if answer.status == 299 { break }
        }
        return statuses
    }

    @Test(arguments: bodies + heads + lines + chunks, [1, 7])
    func `what can be read in two ways is refused, and nothing behind it is answered`(attack: Attack, pieces: Int)
        throws
    {
        let server = try Self.makeServer()
        let statuses = try statuses(attack.text, port: server.port, pieces: pieces)
        #expect(statuses == attack.statuses || statuses == attack.own, "\(statuses)")
        #expect(try Client(port: server.port).request("GET", "/ok").status == 200)
    }

    @Test(arguments: harmless, [1, 7])
    func `what is right is answered, and so is what comes behind it`(request: Attack, pieces: Int) throws {
        let server = try Self.makeServer()
        let statuses = try statuses(request.text + Self.smuggled, port: server.port, pieces: pieces)
        #expect(statuses == request.statuses + [299])
    }
}
