import Webhooks

/// By which links are signed: what notify and the gateways have in common. A file has one a line, of which the first
/// signs and all are taken, so that a new key comes in front of the old one and links that are on their way stay good.
package struct AnswerLinkKeys: Sendable {
    /// Of a file.
    package static let limit = 4
    /// In bytes. Whoever has a link has all the time that there is to guess its key.
    package static let least = 32

    private let keys: [WebhookKey]

    /// nil for a file without a key, with too many, or with one that is too short.
    package init?(_ content: [UInt8]) {
        var keys: [WebhookKey] = []
        for line in content.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            guard let key = WebhookKey(Array(line)), key.count >= Self.least else { return nil }
            keys.append(key)
        }
        guard (1...Self.limit).contains(keys.count) else { return nil }
        self.keys = keys
    }

    /// One that this process alone knows: for trying out.
    package static func random() -> AnswerLinkKeys {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<least).map { _ in UInt8(ascii: "A") + UInt8(generator.next(upperBound: 26 as UInt64)) }
        guard let keys = AnswerLinkKeys(bytes) else { preconditionFailure("letters are a key") }
        return keys
    }

    func sign(_ text: String) -> [UInt8] { HMACSHA256.of(Self.signed(text), keys[0]) }

    func isRight(_ signature: [UInt8], of text: String) -> Bool {
        keys.contains { HMACSHA256.areEqual(HMACSHA256.of(Self.signed(text), $0), signature) }
    }

    /// What else is signed by the same key, by mistake, is no link.
    private static func signed(_ text: String) -> [UInt8] { Array("negawatt-answer-1.\(text)".utf8) }
}
