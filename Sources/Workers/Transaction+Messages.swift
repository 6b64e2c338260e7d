package import Contracts

/// What a handler says: events, what its context asks of itself, what it writes elsewhere, and calls to the outside.
extension Transaction {
    /// What messages say of where they come from.
    package var provenance: Provenance { otherProvenance ?? source.provenance }

    /// The trace that messages and timers become part of.
    package var trace: TraceParent? { provenance.trace }

    /// What `body` says and sets is brought about by something else than the record at hand: by one that has waited. It
    /// belongs to that one's trace, if it had one, and to its request alone, even if it had none: nobody has asked for
    /// it with this record.
    package func within<E: Error>(_ provenance: Provenance, _ body: () throws(E) -> Void) throws(E) {
        let outer = otherProvenance
        defer { otherProvenance = outer }
        otherProvenance = Provenance(trace: provenance.trace ?? trace, request: provenance.request)
        try body()
    }

    /// Says that something has happened, to the context's events: in the partition of the key, or in the one given
    /// where all of them have to be told.
    /// - Parameter earliest: before which it cannot have happened, whatever time the record states.
    package func emit<M: Message>(
        _ message: M, key: String, to partition: Int32? = nil, notBefore earliest: Timestamp? = nil
    ) {
        assert(emitted.contains(M.type), "\(M.type) is not among the worker's outputs")
        effects.message(.event, M.type, partition ?? home(of: key), key, provenance) {
            $0.message(message, at: max(time, earliest ?? time))
        }
    }

    /// Asks the context itself for something, in the partition of the key or in the one given: only what it says to
    /// itself lies in that topic.
    package func send<M: Message>(_ command: M, key: String, to partition: Int32? = nil) {
        assert(sent.contains(M.type), "\(M.type) is not among the worker's outputs")
        effects.message(.internal, M.type, partition ?? home(of: key), key, provenance) {
            $0.message(command, at: time)
        }
    }

    /// Writes to another context's topic, as outsiders do who may write there: in the partition of the key.
    /// - Parameter topic: among the worker's outputs.
    package func write<M: Message>(_ message: M, to topic: Topic, key: String) {
        guard let output = outputs.firstIndex(of: topic), topic.messages.contains(M.type) else {
            preconditionFailure("\(M.type) to \(topic) is not among the worker's outputs")
        }
        effects.message(.outside, M.type, home(of: key), key, provenance, output: output) {
            $0.message(message, at: time)
        }
    }

    /// Has somebody outside asked, as soon as all that the handler has done is committed: `OutsideCall` says what can
    /// be counted on.
    package func call(_ call: any OutsideCall) {
        assert(call.partition == partition, "a call is answered in the partition that has asked")
        effects.call(call)
    }
}
