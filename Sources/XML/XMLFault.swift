/// Why a text is not read to its end. Peers and people send such texts: this is an outcome, not a fault of ours.
package struct XMLFault: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// It is no XML; in Expat's words.
        case syntax(String)
        /// It has a DOCTYPE: entities that it declares could make a small text a large one, or name files.
        case doctype
        case tooDeep
        /// A tag, a name or the text of an element.
        case tooLong
        /// Whoever listens has had enough.
        case stopped
        /// Expat cannot start.
        case memory
    }

    /// From 1.
    package let line: Int
    package let reason: Reason

    package init(line: Int, _ reason: Reason) { (self.line, self.reason) = (line, reason) }

    package var description: String { "line \(line): \(words)" }

    /// Without the line.
    package var words: String {
        switch reason {
        case .syntax(let words): "no valid XML: \(words)"
        case .doctype: "a DOCTYPE is not taken"
        case .tooDeep: "nested too deeply: at most \(XMLStream.depth) levels are taken"
        case .tooLong: "a tag or a text is longer than is taken"
        case .stopped: "not read on"
        case .memory: "no memory is left"
        }
    }
}
