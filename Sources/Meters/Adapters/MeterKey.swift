/// What a utility knows the aggregator by. It comes from a file, and nothing shows it: neither text made of it, nor a
/// dump of what holds it.
package struct MeterKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// In bytes.
    package static let limit = 4096

    let bytes: [UInt8]

    /// A file's content; blanks and line ends about it are no part of the key. nil where that leaves nothing, or what
    /// no key has: blanks, control characters, bytes beyond ASCII.
    package init?(_ content: [UInt8]) {
        let isBlank = { (byte: UInt8) in [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        guard let first = content.firstIndex(where: { !isBlank($0) }),
            let last = content.lastIndex(where: { !isBlank($0) }), last - first < Self.limit,
            content[first...last].allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        bytes = Array(content[first...last])
    }

    /// A text of the utility's, which may say again what it was asked with, without the key and any longer part of it.
    package func hidden(in text: String) -> String { SecretWords.hide(bytes, in: text, as: "(key)") }

    /// For whoever is asked with it.
    package func matches(_ text: String) -> Bool { text.utf8.elementsEqual(bytes) }

    package var description: String { "(key)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
