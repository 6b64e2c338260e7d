import Contracts
import Kafka
import SQLite

/// What became of commands: the row that one has written, or its dead letter. Kept for a day, for whoever asks or sends
/// it again.
final class OutcomeRows {
    private static let dayMilliseconds: Int64 = 24 * 3600 * 1000
    /// So many go at each commit, of which there are twenty a second: more than come, and no commit takes long.
    static let step: Int64 = 1000
    private let done: Statement
    private let refused: Statement
    private let find: Statement
    private let deleteOld: Statement
    private let now: () -> Int64

    /// - Parameter now: in ms since 1970.
    init(_ database: borrowing Database, now: @escaping () -> Int64) throws {
        self.now = now
        // What is done stays done: the same command once more is refused, and that is no answer to the first.
        done = try database.prepare(
            """
            INSERT INTO outcomes VALUES (?1, ?7, 1, ?2, ?3, ?4, ?5, NULL, NULL, ?6)
            ON CONFLICT (command) DO UPDATE
            SET is_done = 1, at = ?2, position = ?3, body = ?4, subject = ?5, kind = NULL, reason = NULL, value = ?6
            WHERE is_done = 0
            """)
        refused = try database.prepare(
            """
            INSERT INTO outcomes VALUES (?1, ?7, 0, ?2, ?3, ?4, '', ?5, ?6, NULL)
            ON CONFLICT (command) DO UPDATE SET at = ?2, position = ?3, body = ?4, kind = ?5, reason = ?6 WHERE is_done = 0
            """)
        find = try database.prepare("SELECT 1 FROM outcomes WHERE command = ?1")
        deleteOld = try database.prepare(
            """
            DELETE FROM outcomes WHERE command IN
                (SELECT command FROM outcomes INDEXED BY outcomes_by_time WHERE at < ?1 ORDER BY at LIMIT \(Self.step))
            """)
    }

    /// Whether it is known what has come of a command.
    func knows(_ origin: Origin) throws -> Bool {
        var isKnown = false
        try find.withRow(text: (origin.command ?? "").utf8.span) { _ in isKnown = true }
        return isKnown
    }

    /// A row of the context that was asked.
    func done(_ origin: Origin, _ record: borrowing Record, subject: String, _ value: Span<UInt8>) throws {
        let at = record.timestamp ?? 0
        guard let command = origin.command, at >= oldest, CommandID(command) != nil else { return }
        let place = record.place
        try done.run { row in
            row.add(command)
            row.add(at)
            row.add(place)
            row.add(origin.body)
            row.add(subject)
            row.add(value)
            row.add(origin.actor)
        }
    }

    func refused(_ origin: Origin, _ record: borrowing Record, kind: String, reason: String) throws {
        let at = record.timestamp ?? 0
        guard let command = origin.command, at >= oldest, CommandID(command) != nil else { return }
        let place = record.place
        try refused.run { row in
            row.add(command)
            row.add(at)
            row.add(place)
            row.add(origin.body)
            row.add(kind)
            row.add(reason)
            row.add(origin.actor)
        }
    }

    /// A view that is made reads commands of all times: what is older does not get in.
    private var oldest: Int64 { now() - Self.dayMilliseconds }

    /// Before each commit, also of one that nothing has come for: a view commits once a minute.
    func prune() throws { try deleteOld.run { $0.add(oldest) } }
}
