package import Contracts
import Webhooks

/// What a link lets whoever has it do: answer one order as one customer, until the order's end, if there is no answer
/// yet. All that it says it says itself, so no gateway has to remember links.
package struct AnswerLink: Hashable, Sendable {
    /// Of the notice that has brought it: which order, which customer, and over which channel.
    package let key: NoticeKey
    /// The customer's.
    package let language: Language
    /// The end of the order as the notice has it.
    package let expiresAt: Timestamp

    /// Bytes of a token that are looked at: more than any key has.
    package static let limit = 4096

    /// - Precondition: the notice is of an order.
    package init(_ key: NoticeKey, language: Language, expiresAt: Timestamp) {
        precondition(key.subject == .order, "there is something to answer")
        (self.key, self.language, self.expiresAt) = (key, language, expiresAt)
    }

    package var order: OrderID { OrderID(text: key.reference) }
    package var user: UserID { key.user }

    /// What it says and its signature, as Base64 for URLs: it stands behind the `#` of an address.
    package func token(_ keys: AnswerLinkKeys) -> String {
        let said = Base64.textForURL(Array("\(expiresAt.milliseconds)/\(language.rawValue)/\(key)".utf8))
        return "\(said).\(Base64.textForURL(keys.sign(said)))"
    }

    /// nil for a text that none of the keys has signed. Whether its time is over is the caller's to look at.
    package init?(token: String, _ keys: AnswerLinkKeys) {
        guard token.utf8.count <= Self.limit else { return nil }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let signature = Base64.bytesForURL(parts[1]), keys.isRight(signature, of: parts[0]),
            let said = Base64.bytesForURL(parts[0])
        else { return nil }
        let words = said.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, let milliseconds = Int64(words[0]), let language = Language(rawValue: words[1]),
            let key = NoticeKey(words[2]), key.subject == .order
        else { return nil }
        self.init(key, language: language, expiresAt: Timestamp(milliseconds: milliseconds))
    }
}

extension Base64 {
    /// Its alphabet for URLs, without padding (RFC 4648, section 5).
    fileprivate static func textForURL(_ bytes: [UInt8]) -> String {
        String(text(bytes).compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }

    fileprivate static func bytesForURL(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(where: { "+/=".utf8.contains($0) }) else { return nil }
        let letters = text.utf8.map { $0 == UInt8(ascii: "-") ? 0x2B : $0 == UInt8(ascii: "_") ? 0x2F : $0 }
        return bytes(letters + [UInt8](repeating: UInt8(ascii: "="), count: (4 - letters.count % 4) % 4))
    }
}
