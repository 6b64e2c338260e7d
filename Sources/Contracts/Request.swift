package import JSON

/// What someone asked for through the gateway, as the headers of his command say it and of all that it brings about:
/// who he is, which command it was, and which idempotency key it had. Claims all of them: whoever may write to a topic
/// can say anything there.
///
/// What a header says that is too long or of other characters is left out, as if it were not there: a record is worth
/// as much without.
package final class Request: Hashable, Sendable {
    package static let actorHeader: StaticString = "actor"
    package static let commandHeader: StaticString = "command"
    package static let idempotencyHeader: StaticString = "idempotency"
    /// In bytes.
    package static let (actorLimit, commandLimit, idempotencyLimit) = (128, 64, 160)

    /// Who sent it: UTF-8, all of which can be seen.
    package let actor: String?
    /// The gateway's id of the command: printable ASCII, as is the next.
    package let command: String?
    /// The hashes of the idempotency key and of the body.
    package let idempotency: String?

    /// nil where nothing is said, or nothing that fits.
    package convenience init?(actor: String? = nil, command: String? = nil, idempotency: String? = nil) {
        self.init(
            fit: actor.flatMap { Self.actor($0.utf8.span) }, command.flatMap { Self.command($0.utf8.span) },
            idempotency.flatMap { Self.idempotency($0.utf8.span) })
    }

    /// Of what has been looked at.
    init?(fit actor: String?, _ command: String?, _ idempotency: String?) {
        if actor == nil, command == nil, idempotency == nil { return nil }
        (self.actor, self.command, self.idempotency) = (actor, command, idempotency)
    }

    package static func == (one: Request, other: Request) -> Bool {
        one === other
            || one.actor == other.actor && one.command == other.command && one.idempotency == other.idempotency
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(actor)
        hasher.combine(command)
        hasher.combine(idempotency)
    }

    static func actor(_ bytes: Span<UInt8>) -> String? {
        guard (1...actorLimit).contains(bytes.count),
            let text = unsafe bytes.withUnsafeBufferPointer({ unsafe String(validating: $0, as: UTF8.self) }),
            !text.unicodeScalars.contains(where: { $0.unprintable != nil })
        else { return nil }
        return text
    }

    static func command(_ bytes: Span<UInt8>) -> String? { printable(bytes, atMost: commandLimit) }
    static func idempotency(_ bytes: Span<UInt8>) -> String? { printable(bytes, atMost: idempotencyLimit) }

    private static func printable(_ bytes: Span<UInt8>, atMost limit: Int) -> String? {
        guard (1...limit).contains(bytes.count) else { return nil }
        for position in bytes.indices where !(0x20...0x7E).contains(bytes[position]) { return nil }
        return unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension Fields {
    package func request() throws(JSONError) -> Request? {
        Request(
            actor: try optional(Request.actorHeader), command: try optional(Request.commandHeader),
            idempotency: try optional(Request.idempotencyHeader))
    }
}

extension JSONWriter {
    package mutating func field(ifThere request: Request?) {
        guard let request else { return }
        field(Request.actorHeader, ifThere: request.actor)
        field(Request.commandHeader, ifThere: request.command)
        field(Request.idempotencyHeader, ifThere: request.idempotency)
    }
}
