import Contracts
import JSON
import Kafka

/// What has come of dead letters that operators had handled again: an answer to whoever asked, and a line of who has
/// asked for what.
final class ReplayRows {
    private let outcomes: OutcomeRows
    private let audit: AuditRows
    private var reader = JSONReader()

    init(_ outcomes: OutcomeRows, _ audit: AuditRows) { (self.outcomes, self.audit) = (outcomes, audit) }

    /// Whether an event tells of a replay.
    static func isReplayed(_ record: borrowing Record) -> Bool {
        guard let type = record.header("type") else { return false }
        return Replayed.type.isNamed(type)
    }

    func take(_ record: borrowing Record, of context: Context) throws {
        let origin = Origin(record)
        guard origin.isAnswered(by: context), let value = record.value else { return }
        var found: Replayed?
        try reader.read(value) { fields in found = try Replayed(fields) }
        guard let replayed = found else { return }
        // Whoever comes twice by one key is told twice, and has done it once.
        let isKnown = try outcomes.knows(origin)
        let deadLetter = "\(context.name)-\(replayed.partition)-\(replayed.offset)"
        let reason: String?
        switch replayed.outcome {
        case .done: reason = nil
        case .forwarded: reason = "forwarded to the partition where it belongs"
        case .skipped: reason = "nothing had to be done"
        case .refused: reason = DeadLetterRows.shortened(replayed.reason) ?? "no reason is given"
        }
        if replayed.outcome == .refused {
            try outcomes.refused(
                origin, record, kind: DeadLetterRows.shortened(replayed.kind) ?? "refused", reason: reason ?? "")
        } else {
            try outcomes.done(origin, record, subject: "deadletters/\(deadLetter)", value)
        }
        if !isKnown {
            try audit.replayed(
                origin, record, deadLetter: deadLetter, isRefused: replayed.outcome == .refused, reason: reason)
        }
    }

    /// Of a command that asks for a replay and was refused itself: which dead letter it asked for; nil where it does
    /// not say.
    func deadLetter(askedForBy record: borrowing Record, of context: Context) -> String? {
        guard let value = record.value else { return nil }
        var found: Replay?
        try? reader.read(value) { fields in found = try Replay(fields) }
        return found.map { "\(context.name)-\($0.partition)-\($0.offset)" }
    }
}
