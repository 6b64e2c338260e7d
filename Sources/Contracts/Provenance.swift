/// What a record's headers say of where it comes from: given on to what it brings about.
package struct Provenance: Hashable, Sendable {
    package var trace: TraceParent?
    /// nil for all that nobody asked for through the gateway. One reference, so that these cost nothing.
    package var request: Request?

    package init(trace: TraceParent? = nil, request: Request? = nil) { (self.trace, self.request) = (trace, request) }

    package var isEmpty: Bool { trace == nil && request == nil }
}

/// Finds a record's provenance among its headers, which are shown to it from the last to the first: of several with one
/// name the last counts, and the others cost no more than a look at their names.
package struct ProvenanceHeaders {
    /// Whether a header is one of these: what is copied of a record's headers has them said anew.
    package static func has(_ name: String) -> Bool { name.utf8.span.provenanceHeader != nil }

    private var seen: UInt8 = 0
    private var trace: TraceParent?
    private var actor: String?
    private var command: String?
    private var idempotency: String?

    package init() {}

    package var provenance: Provenance {
        // Nearly all.
        if seen == 0 { return Provenance() }
        return Provenance(trace: trace, request: Request(fit: actor, command, idempotency))
    }

    package mutating func see(_ name: Span<UInt8>, _ value: Span<UInt8>?) {
        guard let header = name.provenanceHeader, seen & header.rawValue == 0 else { return }
        seen |= header.rawValue
        guard let value else { return }
        switch header {
        case .trace: trace = TraceParent(value)
        case .actor: actor = Request.actor(value)
        case .command: command = Request.command(value)
        case .idempotency: idempotency = Request.idempotency(value)
        }
    }
}

private enum ProvenanceHeader: UInt8 {
    case trace = 1
    case actor = 2
    case command = 4
    case idempotency = 8
}

extension Span<UInt8> {
    /// Most headers are `type` and `id`: length and first letter tell.
    fileprivate var provenanceHeader: ProvenanceHeader? {
        switch count {
        case 5: isText(Request.actorHeader) ? .actor : nil
        case 7: isText(Request.commandHeader) ? .command : nil
        case 11:
            isText(TraceParent.header) ? .trace : isText(Request.idempotencyHeader) ? .idempotency : nil
        default: nil
        }
    }

    /// Of as many bytes.
    private func isText(_ text: StaticString) -> Bool {
        let text = unsafe Span<UInt8>(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount)
        for position in indices where self[position] != text[position] { return false }
        return true
    }
}
