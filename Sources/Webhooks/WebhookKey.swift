import Signing

/// What a receiver knows us by. It comes from a file, and nothing shows it.
package struct WebhookKey: Sendable {
    /// In bytes.
    package static let limit = SecretBytes.limit
    /// Shorter ones can be guessed.
    package static let least = 16

    private let secret: SecretBytes

    var bytes: [UInt8] { secret.bytes }

    /// Its length in bytes.
    package var count: Int { bytes.count }

    /// A file's content; blanks and line ends about it are no part of the key. With `whsec_` before it it is Base64, as
    /// Standard Webhooks have it; else it is taken as it stands. nil where that leaves less than 16 bytes.
    package init?(_ content: [UInt8]) {
        guard var secret = SecretBytes(file: content) else { return nil }
        let prefix = Array("whsec_".utf8)
        if secret.bytes.starts(with: prefix) {
            guard let key = Base64.bytes(secret.bytes.dropFirst(prefix.count)) else { return nil }
            secret = SecretBytes(key)
        }
        guard secret.bytes.count >= Self.least else { return nil }
        self.secret = secret
    }
}
