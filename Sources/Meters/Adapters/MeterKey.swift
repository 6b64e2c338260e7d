import Signing

/// What a utility knows the aggregator by. It comes from a file, and nothing shows it.
package struct MeterKey: Sendable {
    /// In bytes.
    package static let limit = SecretBytes.limit

    private let secret: SecretBytes

    /// A file's content; blanks and line ends about it are no part of the key. nil where that leaves nothing, or what
    /// no key has: blanks, control characters, bytes beyond ASCII.
    package init?(_ content: [UInt8]) {
        guard let secret = SecretBytes(file: content), secret.bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.secret = secret
    }

    var bytes: [UInt8] { secret.bytes }

    /// A text of the utility's, which may say again what it was asked with, without the key and any longer part of it.
    package func hidden(in text: String) -> String { SecretWords.hide(bytes, in: text, as: "(key)") }

    /// For whoever is asked with it.
    package func matches(_ text: String) -> Bool { text.utf8.elementsEqual(bytes) }
}
