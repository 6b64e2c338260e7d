/// What a receiver knows us by. It comes from a file, and nothing shows it: neither text made of it, nor a dump of what
/// holds it.
package struct WebhookKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// In bytes.
    package static let limit = 4096
    /// Shorter ones can be guessed.
    package static let least = 16

    let bytes: [UInt8]

    /// Its length in bytes.
    package var count: Int { bytes.count }

    /// A file's content; blanks and line ends about it are no part of the key. With `whsec_` before it it is Base64, as
    /// Standard Webhooks have it; else it is taken as it stands. nil where that leaves less than 16 bytes.
    package init?(_ content: [UInt8]) {
        let isBlank = { (byte: UInt8) in [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        guard let first = content.firstIndex(where: { !isBlank($0) }),
            let last = content.lastIndex(where: { !isBlank($0) }), last - first < Self.limit
        else { return nil }
        let text = Array(content[first...last])
        let prefix = Array("whsec_".utf8)
        if text.starts(with: prefix) {
            guard let key = Base64.bytes(text.dropFirst(prefix.count)), key.count >= Self.least else { return nil }
            bytes = key
        } else {
            guard text.count >= Self.least else { return nil }
            bytes = text
        }
    }

    package var description: String { "(key)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
