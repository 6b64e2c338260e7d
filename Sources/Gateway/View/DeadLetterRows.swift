import Contracts
import Daemon
import Kafka
import SQLite

/// What the contexts have refused: the newest 100,000.
final class DeadLetterRows {
    static let total = "letters"
    private static let limit: Int64 = 100_000
    private static let step: Int64 = 1000
    /// Of a value so much is shown.
    private static let valueLimit = 4096
    /// And of what stands in its headers and its key, which anybody may have made as long as he likes.
    private static let textLimit = 1000
    private let write: Statement
    private let prune: Statement
    private let totals: Totals
    private let outcomes: OutcomeRows
    private let audit: AuditRows
    private let replays: ReplayRows

    init(
        _ database: borrowing Database, _ totals: Totals, _ outcomes: OutcomeRows, _ audit: AuditRows,
        _ replays: ReplayRows
    ) throws {
        write = try database.prepare(
            "INSERT OR IGNORE INTO letters VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
        prune = try database.prepare(
            """
            DELETE FROM letters WHERE (context, partition, offset) IN
                (SELECT context, partition, offset FROM letters INDEXED BY letters_by_time ORDER BY at LIMIT ?1)
            """)
        (self.totals, self.outcomes, self.audit, self.replays) = (totals, outcomes, audit, replays)
    }

    /// Whoever writes an event is no more bound by anything than whoever writes a dead letter.
    static func shortened(_ text: String?) -> String? { text.map { $0.utf8.span.text(atMost: textLimit) } }

    func take(_ record: borrowing Record, of context: Context) throws {
        let origin = Origin(record)
        let kind = record.header("deadletter.kind")?.text(atMost: Self.textLimit) ?? "refused"
        let reason = record.header("deadletter.reason")?.text(atMost: Self.textLimit) ?? "no reason is given"
        let source = record.header("deadletter.source")?.text(atMost: Self.textLimit) ?? ""
        let at = record.timestamp ?? 0
        let (partition, offset) = (Int64(record.partition), record.offset)
        let type = record.header("type")?.text(atMost: Self.textLimit)
        // Where there are people's numbers in them, they stay with the context: a replay needs the place alone.
        let isHidden = context.hidesValues
        let key = isHidden ? nil : record.key?.text(atMost: Self.textLimit)
        let value = isHidden ? "" : record.value?.text(atMost: Self.valueLimit) ?? ""
        try write.run { row in
            row.add(context.name)
            row.add(partition)
            row.add(offset)
            row.add(at)
            row.add(kind)
            row.add(reason)
            row.add(source)
            row.add(type)
            row.add(key)
            row.add(value)
            row.add(origin.actor)
            row.add(origin.command)
        }
        if origin.isAnswered(by: context) {
            try outcomes.refused(origin, record, kind: kind, reason: reason)
            let isReplay = type == Replay.type.description
            try audit.refused(
                origin, record, type: type, reason: reason,
                key: isReplay ? replays.deadLetter(askedForBy: record, of: context) : nil)
        }
        try totals.add(1, to: Self.total)
        guard try totals.count(of: Self.total) >= Self.limit + Self.step else { return }
        try prune.run { $0.add(Self.step) }
        try totals.add(-Self.step, to: Self.total)
    }
}
