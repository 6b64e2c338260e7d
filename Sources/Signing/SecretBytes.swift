/// A key or the like. Nothing shows it: neither text made of it, nor a dump of what holds it.
package struct SecretBytes: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Of a file's content.
    package static let limit = 4096

    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A file's content; blanks and line ends about it are no part of it. nil where that leaves nothing, or too much.
    package init?(file content: [UInt8]) {
        let isBlank = { (byte: UInt8) in [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        guard let first = content.firstIndex(where: { !isBlank($0) }),
            let last = content.lastIndex(where: { !isBlank($0) }), last - first < Self.limit
        else { return nil }
        bytes = Array(content[first...last])
    }

    package var description: String { "(key)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
