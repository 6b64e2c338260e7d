import Contracts
import Kafka
import Workers

/// What stands in the headers of a dead letter beside its own.
package enum DeadLetterHeader {
    /// What was wrong, in a word: `Rejection.Kind`.
    package static let kind = "deadletter.kind"
    /// What was wrong, in a sentence.
    package static let reason = "deadletter.reason"
    /// topic-partition-offset.
    package static let source = "deadletter.source"
    /// The record's own time, in ms since 1970.
    package static let time = "deadletter.time"
    /// Only where the record is not kept as it was: what is missing. It lies at its source still.
    package static let cut = "deadletter.cut"
    /// All of them, for those who take them off again.
    package static let all = [kind, reason, source, time, cut]

    /// Whether a dead letter with this `cut` is the record as a whole, or all that was understood of it, which can be
    /// handled in its place.
    package static func isWhole(cut: String?) -> Bool { cut?.hasPrefix(KeptRecord.restatedPrefix) ?? true }

    /// A record's own headers that a copy of it has: so many at the most, with so many bytes in all.
    static let (countLimit, bytesLimit) = (32, 16_384)
}

/// The headers of a copy of a record: its own as far as they are bounded, without those that we say ourselves.
struct CopiedHeaders: ~Copyable {
    let headers = Headers(capacity: DeadLetterHeader.countLimit)
    /// How many are left out.
    private(set) var left = 0
    private var count = 0
    private var bytes = 0

    mutating func add(_ name: String, _ value: Span<UInt8>?) {
        // Restated: a dead letter that is made a dead letter again says what happened last, and of where a record
        // comes from each header is there once, as it is given on, or not at all.
        if DeadLetterHeader.all.contains(name) || ProvenanceHeaders.has(name) { return }
        let size = name.utf8.count + (value?.count ?? 0)
        guard count < DeadLetterHeader.countLimit, bytes + size <= DeadLetterHeader.bytesLimit else {
            left += 1
            return
        }
        (count, bytes) = (count + 1, bytes + size)
        headers.add(name, value)
    }

    func add(_ provenance: Provenance) { headers.add(provenance) }

    consuming func take() -> Headers { headers }
}

extension Headers {
    /// Says why the record has had no effect, and where it lies.
    borrowing func explain(_ rejection: Rejection, _ source: Transaction.Source) {
        add(DeadLetterHeader.kind, rejection.kind.rawValue)
        add(DeadLetterHeader.reason, rejection.reason)
        add(DeadLetterHeader.source, source.description)
    }
}
