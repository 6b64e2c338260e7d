package import Contracts
package import Kafka

extension Headers {
    /// Says what a record comes from, as far as that is known.
    package borrowing func add(_ provenance: Provenance) {
        if let trace = provenance.trace { add(TraceParent.header, trace.description.utf8.span) }
        if let request = provenance.request { add(request) }
    }

    /// Says who asked for it.
    package borrowing func add(_ request: Request) {
        if let actor = request.actor { add(Request.actorHeader, actor.utf8.span) }
        if let command = request.command { add(Request.commandHeader, command.utf8.span) }
        if let idempotency = request.idempotency { add(Request.idempotencyHeader, idempotency.utf8.span) }
    }
}

extension Record {
    /// None costs next to nothing where a record has no headers; those that it has are decoded by this look, once for
    /// all.
    package var provenance: Provenance {
        guard hasHeaders else { return Provenance() }
        var found = ProvenanceHeaders()
        forEachHeaderFromLast { found.see($0, $1) }
        return found.provenance
    }
}
