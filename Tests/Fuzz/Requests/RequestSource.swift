import AnswerLinks
import Chance
import Contracts
import Workers

/// Makes what is sent to a gateway, by its number: the same for the same seed. Ids come from small pools, so that
/// requests meet.
struct RequestSource: Sendable {
    let seed: UInt64
    let bearers: Bearers

    func exchange(_ number: Int) -> FuzzedExchange {
        var random = SeededGenerator(seed &* 0x9E37_79B9 ^ UInt64(number) &* 0xC2B2_AE3D_27D4_EB4F)
        let isOpen = Int.random(in: 0..<4, using: &random) == 0
        let ids = IDs(number, &random)
        func request() -> FuzzedRequest {
            Int.random(in: 0..<4, using: &random) == 0
                ? plain(ids, isOpen, &random) : mutated(ids, isOpen, &random)
        }
        var exchange: FuzzedExchange
        switch Int.random(in: 0..<200, using: &random) {
        case 0:
            var live = fill(Operation.live, ids, isOpen, &random)
            if Bool.random(using: &random) { RequestMutator().mutateHeaders(&live, &random) }
            exchange = FuzzedExchange(number: number, kind: .stream(live))
        case 1..<25:
            let requests = (0..<Int.random(in: 2...6, using: &random)).map { _ in request() }
            exchange = FuzzedExchange(number: number, kind: .framed(requests))
        case 25..<70:
            let base = plain(ids, isOpen, &random)
            let bytes = RequestMutator().wild(base, then: plain(ids, isOpen, &random), &random)
            exchange = FuzzedExchange(number: number, kind: .wild(bytes, isHead: base.method == "HEAD"))
        default: exchange = FuzzedExchange(number: number, kind: .framed([request()]))
        }
        exchange.isOpen = isOpen
        exchange.pieces = [1, 1, 1, 1, 2, 5].randomElement(using: &random) ?? 1
        exchange.isLeft = Int.random(in: 0..<100, using: &random) == 0
        exchange.waitsLong = Int.random(in: 0..<256, using: &random) == 0
        return exchange
    }

    /// As whoever is in his right mind asks.
    private func plain(_ ids: IDs, _ isOpen: Bool, _ random: inout SeededGenerator) -> FuzzedRequest {
        fill(Operation.weighted.randomElement(using: &random) ?? Operation.live, ids, isOpen, &random)
    }

    private func mutated(_ ids: IDs, _ isOpen: Bool, _ random: inout SeededGenerator) -> FuzzedRequest {
        let mutator = RequestMutator()
        let operation = Operation.weighted.randomElement(using: &random) ?? Operation.live
        var fields = operation.bodies.randomElement(using: &random)
        let dice = Int.random(in: 0..<10, using: &random)
        if dice < 6, fields != nil {
            for _ in 0..<Int.random(in: 1...2, using: &random) { mutator.mutate(&fields!, ids, &random) }
        }
        var request = fill(operation, ids, isOpen, fields, &random)
        if fields == nil || dice >= 6 {
            switch dice {
            case 0..<4: mutator.mutateTarget(&request, &random)
            case 4..<7: mutator.mutateHeaders(&request, &random)
            case 7: mutator.mutateMethod(&request, &random)
            case 8: mutator.mutateBody(&request, &random)
            default:
                mutator.mutateTarget(&request, &random)
                mutator.mutateHeaders(&request, &random)
            }
        }
        if !isOpen, Int.random(in: 0..<8, using: &random) == 0 { mutator.mutateBearer(&request, bearers, &random) }
        request.isMutated = true
        return request
    }

    private func fill(
        _ operation: Operation, _ ids: IDs, _ isOpen: Bool, _ random: inout SeededGenerator
    ) -> FuzzedRequest {
        fill(operation, ids, isOpen, operation.bodies.randomElement(using: &random), &random)
    }

    private func fill(
        _ operation: Operation, _ ids: IDs, _ isOpen: Bool, _ fields: [Subject.Field]?,
        _ random: inout SeededGenerator
    ) -> FuzzedRequest {
        var target = operation.path
        if let parameter = operation.parameters.randomElement(using: &random), Bool.random(using: &random) {
            target += "?" + parameter
        }
        var request = FuzzedRequest(method: operation.method, target: ids.fill(target) { $0.escapedForTarget })
        if request.method == "GET", Int.random(in: 0..<12, using: &random) == 0 { request.method = "HEAD" }
        request.headers = [
            ("Host", ["localhost", "127.0.0.1:80", "[::1]"].randomElement(using: &random) ?? "localhost")
        ]
        request.isPublic = operation.isPublic
        if !isOpen, !operation.isPublic {
            let kind: Bearers.Kind =
                [.operator, .operator, .operator, .auditor, .customer].randomElement(using: &random) ?? .operator
            request.bearer = kind
            request.headers.append(("Authorization", bearers.header(kind, Int.random(in: 0..<64, using: &random))))
        }
        addUsual(&request, ids, &random)
        guard let fields else { return request }
        let json = "{" + fields.map { "\($0.nameText):\(ids.fill($0.text) { $0 })" }.joined(separator: ",") + "}"
        request.body = Array(json.utf8)
        request.headers.append(("Content-Type", "application/json"))
        if Int.random(in: 0..<10, using: &random) == 0 { request.chunk = Int.random(in: 1...200, using: &random) }
        return request
    }

    /// What clients send along.
    private func addUsual(_ request: inout FuzzedRequest, _ ids: IDs, _ random: inout SeededGenerator) {
        func add(_ name: String, _ values: [String], oneIn chance: Int) {
            guard Int.random(in: 0..<chance, using: &random) == 0, let value = values.randomElement(using: &random)
            else { return }
            request.headers.append((name, value))
        }
        add("Accept", ["application/json", "application/hal+json", "*/*", "text/html", "application/xml"], oneIn: 3)
        add("X-Position", ["user.changelog-0-3", "dr.changelog-1-9", "user.deadletters-0-1"], oneIn: 40)
        add("If-None-Match", ["*", "\"x\", W/\"y\""], oneIn: 30)
        add("Origin", ["http://localhost", "https://page.test"], oneIn: 40)
        add("Connection", ["keep-alive", "close"], oneIn: 30)
        guard request.method != "GET", request.method != "HEAD" else { return }
        // Few wait: each would hold up its connection until the context has decided.
        add("Prefer", ["respond-async", "wait=0", "wait=1", "return=minimal"], oneIn: 1)
        add("Idempotency-Key", [ids.key], oneIn: 4)
        add("If-Match", ["*", "\"x\""], oneIn: 10)
    }
}

/// Of one exchange: a few of each are about at a time.
struct IDs {
    let order: String
    let user: String
    let withdrawal = "w-1"
    let key: String
    private let letter: String
    private let command: String
    private let file: String
    private let capacity: Int

    init(_ number: Int, _ random: inout SeededGenerator) {
        let epoch = number / 50_000
        order = "dr-\(epoch)-\(Int.random(in: 0..<4, using: &random))"
        user =
            Int.random(in: 0..<20, using: &random) == 0 ? "\u{AE40}.1" : "u-\(Int.random(in: 0..<40, using: &random))"
        key = "k-\(epoch)-\(Int.random(in: 0..<400, using: &random))"
        let context = ["dr", "user", "response", "kepco"].randomElement(using: &random) ?? "dr"
        letter = "\(context)-\(Int.random(in: 0..<2, using: &random))-\(Int.random(in: 0..<50, using: &random))"
        command = "\(context)-\(String(UInt64.random(in: 0 ... .max, using: &random), radix: 36))"
        file = ["index.html", "app.js", "style.css", "openapi.json", "x"].randomElement(using: &random) ?? "x"
        capacity = Int.random(in: 0...10_000, using: &random)
    }

    /// By which links are signed.
    static let answerKey = "a key of links that nobody else has"
    private static let answerKeys = AnswerLinkKeys(Array(answerKey.utf8))

    private var link: String? {
        let notice = NoticeKey(subject: .order, reference: order, user: UserID(text: user), version: 1, channel: "sms")
        return Self.answerKeys.map { AnswerLink(notice, language: .ko, expiresAt: .last).token($0) }
    }

    /// With what stands in braces filled in.
    func fill(_ text: String, _ escape: (String) -> String) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        let parts = text.split(separator: "{", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(String(parts[0])) { filled, part in
            guard let end = part.firstIndex(of: "}"), let value = value(part[..<end]) else {
                return filled + "{" + part
            }
            return filled + escape(value) + part[part.index(after: end)...]
        }
    }

    private func value(_ name: Substring) -> String? {
        switch name {
        case "order": order
        case "user": user
        case "response": "\(order).\(user)"
        case "letter": letter
        case "command": command
        case "withdrawal": withdrawal
        case "link": link
        case "file": file
        case "capacity": "\(capacity)"
        default: nil
        }
    }
}

extension String {
    /// Whatever it is, as a part of a target.
    var escapedForTarget: String {
        var text = ""
        for byte in utf8 {
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": text.unicodeScalars.append(UnicodeScalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text
    }
}
