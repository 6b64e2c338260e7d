import Chance
import Workers

/// Makes requests wrong, or right in an odd way. All but the wild ones stay such that everybody reads them as the same
/// requests.
struct RequestMutator {
    private static let bulk = Bulk()
    private static let mutator = Mutator()
    private static let others = [
        Subject.Example(topic: "", type: "", fields: Operation.all.flatMap(\.bodies).joined().map { $0 })
    ]
    private static let clock: Int64 = 1_795_251_600_000

    func mutate(_ fields: inout [Subject.Field], _ ids: IDs, _ random: inout SeededGenerator) {
        let known = Mutator.IDs(order: ids.order, user: ids.user, withdrawal: ids.withdrawal)
        Self.mutator.mutate(&fields, known, Self.clock, Self.others, &random)
    }

    func mutateBody(_ request: inout FuzzedRequest, _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: Self.bulk.add(to: &request.body, &random)
        case 1: request.body = []
        case 2: request.body = Array((Mutator.texts.randomElement(using: &random) ?? "").utf8)
        case 3: request.chunk = Int.random(in: 1...70_000, using: &random)
        default: Self.mutator.mutateBytes(&request.body, &random)
        }
    }

    private static let methods = [
        "HEAD", "OPTIONS", "DELETE", "TRACE", "get", "PATCH", "PUT", "POST", "GET", "PROPFIND", "X", "!#$%&'*+-.^_`|~",
        String(repeating: "M", count: 300),
    ]

    func mutateMethod(_ request: inout FuzzedRequest, _ random: inout SeededGenerator) {
        request.method = Self.methods.randomElement(using: &random) ?? "X"
    }

    /// What a path or a parameter may hold that is not what it should be; escaped it is a part of any target.
    private func text(_ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1: (Mutator.texts.randomElement(using: &random) ?? "")
        case 2: Mutator.numbers.randomElement(using: &random) ?? ""
        case 3:
            ["\r\nX-Injected: yes", "\u{0}", "\u{1F600}", "%", "<script>", "\u{FFFF}", "a\tb"].randomElement(
                using: &random) ?? ""
        case 4: String(repeating: "x", count: Int.random(in: 0...3000, using: &random))
        default: String(UInt64.random(in: 0 ... .max, using: &random), radix: 36)
        }
    }

    private static let parameters = [
        "page", "size", "sort", "q", "name", "drId", "userId", "answer", "status", "context", "kind", "x",
    ]

    func mutateTarget(_ request: inout FuzzedRequest, _ random: inout SeededGenerator) {
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        var segments = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var query = parts.count > 1 ? parts[1] : ""
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: segments[Int.random(in: 1..<segments.count, using: &random)] = text(&random).escapedForTarget
        case 2: segments.insert(text(&random).escapedForTarget, at: Int.random(in: 1...segments.count, using: &random))
        case 3: segments.append("")
        case 4: if segments.count > 2 { segments.removeLast() }
        case 5: segments[0] = "http://\(request.headers.first?.value ?? "")"
        case 6: query = String(repeating: "x=1&", count: Int.random(in: 0...2000, using: &random))
        default:
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let name = Self.parameters.randomElement(using: &random) ?? "x"
                query += "&\(name)=\(text(&random).escapedForTarget)"
            }
        }
        request.target = segments.joined(separator: "/") + (query.isEmpty ? "" : "?\(query)")
        // What nobody needs a token for may have become something else.
        request.isPublic =
            request.isPublic
            || ["", "web", "answer", "livez", "readyz", "actuator"].contains(segments.dropFirst().first ?? "")
    }

    private static let values: [(name: String, values: [String])] = [
        (
            "Accept",
            ["", ",", ";", "text/html", "*/*;q=0", "application/json;q=0.0", String(repeating: "a/b,", count: 1000)]
        ),
        ("Content-Type", ["", "text/plain", "application/json; charset=utf-8", "application/merge-patch+json", ";"]),
        ("Prefer", ["wait=-1", "wait=99999999999999999999", "wait=", "respond-async, wait=0", ";;", "wait=1;x"]),
        (
            "Idempotency-Key",
            ["", " ", "\"", "\u{1F600}", String(repeating: "k", count: 255), String(repeating: "k", count: 256)]
        ),
        ("If-Match", ["", "*", "W/*", "\"", ",,,", String(repeating: "\"x\",", count: 900)]),
        ("If-None-Match", ["", "*", "W/*", "\"", ",,,", String(repeating: "\"x\",", count: 900)]),
        (
            "X-Position",
            ["", "-", "user.changelog-0-9223372036854775807", "user.changelog-0-99999999999999999999", "a-b-c", "--"]
        ),
        ("Last-Event-ID", ["", "-", "0-0", "zz-9223372036854775807", "a-b"]),
        ("Origin", ["", "null", "http://evil.test", "http://localhost:1", "://", "*"]),
        ("Sec-Fetch-Site", ["cross-site", "same-origin", "none", ""]),
        ("Access-Control-Request-Method", ["PUT", "", "X Y"]),
        ("X-Forwarded-Host", ["evil.test", "a\"b"]), ("X-Forwarded-Proto", ["https", "x"]),
        ("traceparent", ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-", "ff-0-0-0", ""]),
        ("Cookie", ["a=b; c=d"]), ("Range", ["bytes=0-", "bytes=-1,-2"]), ("Expect", ["100-continue"]),
        ("Upgrade", ["websocket", "h2c"]), ("TE", ["trailers"]), ("Accept-Encoding", ["gzip", "br;q=1"]),
        ("Host", ["localhost", "evil.test", "localhost:99999", "LOCALHOST", "[", "a%00b"]),
        ("Authorization", ["Basic eDp5", "bearer", "Bearer  ", "Bearer \u{1F600}", "Digest x", ""]),
    ]

    func mutateHeaders(_ request: inout FuzzedRequest, _ random: inout SeededGenerator) {
        let bearer = request.headers.first { $0.name == "Authorization" }?.value
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let (name, values) = Self.values.randomElement(using: &random) ?? ("X", ["y"])
            var value = values.randomElement(using: &random) ?? ""
            if Int.random(in: 0..<6, using: &random) == 0 {
                value = String(
                    String.UnicodeScalarView(text(&random).unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
            }
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                if request.headers.count > 1 {
                    request.headers.remove(at: Int.random(in: 1..<request.headers.count, using: &random))
                }
            case 1...3: request.headers.append((name, value))
            default:
                let place = request.headers.firstIndex { $0.name == name } ?? request.headers.count
                request.headers.removeAll { $0.name == name }
                request.headers.insert((name, value), at: min(place, request.headers.count))
            }
        }
        // None, another one, or one beside it.
        let bearers = request.headers.filter { $0.name == "Authorization" }.map(\.value)
        if request.bearer != nil, bearers != [bearer] { request.bearer = .bad }
    }

    func mutateBearer(_ request: inout FuzzedRequest, _ bearers: Bearers, _ random: inout SeededGenerator) {
        guard let place = request.headers.firstIndex(where: { $0.name == "Authorization" }) else { return }
        request.bearer = .bad
        let number = Int.random(in: 0..<64, using: &random)
        guard Bool.random(using: &random) else {
            request.headers[place].value = bearers.header(.bad, number)
            return
        }
        // Another character somewhere within a good one. The last one has bits that count for nothing, and only its
        // being odd is refused.
        var text = Array(bearers.header(.operator, number).utf8)
        let changed = Int.random(in: 7..<(text.count - 1), using: &random)
        let letters = Array("ABCxyz019-_.=+/%\"".utf8).filter { $0 != text[changed] }
        text[changed] = letters.randomElement(using: &random) ?? 0x41
        request.headers[place].value = String(decoding: text, as: UTF8.self)
    }
}
