import Contracts
package import JSON

/// Why a record has no effect. It goes to the dead letters with this: the kind for machines, the reason for people.
package struct Rejection: Error, Hashable, Sendable, CustomStringConvertible {
    /// The word of a reason: a header of the dead letter and a label of the metric.
    package enum Kind: String, Sendable, CaseIterable {
        /// Not the JSON that was expected.
        case malformed
        /// A message that the context does not know.
        case unknownType = "unknown-type"
        /// It has been done already, or the contrary has.
        case conflict
        /// It names something that is not there.
        case notFound = "not-found"
        /// A rule forbids it.
        case refused
        /// It came too late, or waited too long.
        case late
        /// A row that it needs cannot be read, or the record is a row that no table takes. Mended by `negawatt state
        /// repair`.
        case row
    }

    /// The reason in a word.
    package let kind: Kind
    /// The reason in a sentence, for whoever has sent the record.
    package let reason: String

    /// In bytes.
    private static let limit = 1000

    /// Ids and names in a reason may be anybody's: it is made printable, for logs, headers and terminals, and cut off
    /// where it is long.
    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        let text = reason.printable
        guard text.utf8.count > Self.limit else {
            self.reason = text
            return
        }
        var (cut, size) = ("".unicodeScalars, 0)
        for scalar in text.unicodeScalars {
            size += UTF8.width(scalar)
            // The sign that it was cut has three.
            if size > Self.limit - 3 { break }
            cut.append(scalar)
        }
        self.reason = String(cut) + "…"
    }

    /// JSON that cannot be read.
    package init(_ error: JSONError) { self.init(.malformed, error.description) }

    /// It contradicts what there is: 409.
    package static func conflict(_ reason: String) -> Self { Self(.conflict, reason) }
    /// It names what there is not: 404.
    package static func notFound(_ reason: String) -> Self { Self(.notFound, reason) }
    /// It is well formed and against a rule: 422.
    package static func refused(_ reason: String) -> Self { Self(.refused, reason) }
    /// It came behind its deadline.
    package static func late(_ reason: String) -> Self { Self(.late, reason) }

    package var description: String { "\(kind.rawValue): \(reason)" }
}
