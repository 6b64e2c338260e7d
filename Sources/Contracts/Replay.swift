package import JSON

/// Asks a context to handle one of its dead letters again. Every context takes it; the daemon reads the dead letter
/// from its own topic, which nobody else may write, so that a replay can say no more than the refused record did.
package struct Replay: Message {
    package static let type: MessageType = "Replay"
    /// Where the dead letter lies in the context's dead letters, and so which shard handles it.
    package var partition: Int32
    package var offset: Int64

    package init(partition: Int32, offset: Int64) { (self.partition, self.offset) = (partition, offset) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        partition = Int32(try fields.required("partition", in: 0...Int64(Int32.max)))
        offset = try fields.required("offset", in: Limits.offset)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("partition", Int64(partition))
        json.field("offset", offset)
    }
}

/// What has come of a dead letter that someone had handled again through the gateway. Said by whoever has handled it,
/// in the same transaction; what follows from the dead letter itself bears the names of its record's own sender, and
/// this those of the one who asked.
package struct Replayed: Message {
    package static let type: MessageType = "Replayed"

    package enum Outcome: String, Sendable, CaseIterable {
        /// It has had its effect.
        case done
        /// It has gone to the partition where it belongs, and is handled there.
        case forwarded
        /// Nothing had to be done.
        case skipped
        /// It was refused once more, and lies among the dead letters behind the others.
        case refused
    }

    package var partition: Int32
    package var offset: Int64
    package var outcome: Outcome
    /// Of a refusal: its kind, and why.
    package var kind: String?
    package var reason: String?

    package init(partition: Int32, offset: Int64, _ outcome: Outcome, kind: String? = nil, reason: String? = nil) {
        (self.partition, self.offset, self.outcome) = (partition, offset, outcome)
        (self.kind, self.reason) = (kind, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        partition = Int32(try fields.required("partition", in: 0...Int64(Int32.max)))
        offset = try fields.required("offset", in: Limits.offset)
        let word: String = try fields.required("outcome")
        guard let outcome = Outcome(rawValue: word) else {
            throw JSONError(
                field: "outcome", .outOfRange, found: "is \(word.shown), not done, forwarded, skipped or refused")
        }
        self.outcome = outcome
        kind = try fields.optional("kind")
        reason = try fields.optional("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("partition", Int64(partition))
        json.field("offset", offset)
        json.field("outcome", outcome.rawValue)
        json.field("kind", ifThere: kind)
        json.field("reason", ifThere: reason)
    }
}
