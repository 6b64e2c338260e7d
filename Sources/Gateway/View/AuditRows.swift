import Contracts
import JSON
import Kafka
import SQLite

/// Who sent which command, and what came of it: the newest 100,000, as far as the view has followed.
final class AuditRows {
    static let total = "audit"
    private static let limit: Int64 = 100_000
    private static let step: Int64 = 1000
    private let write: Statement
    private let prune: Statement
    private let totals: Totals
    private var reader = JSONReader()

    init(_ database: borrowing Database, _ totals: Totals) throws {
        write = try database.prepare("INSERT OR IGNORE INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        prune = try database.prepare(
            """
            DELETE FROM audit WHERE (at, position) IN (SELECT at, position FROM audit ORDER BY at, position LIMIT ?1)
            """)
        self.totals = totals
    }

    /// An event of the context that was asked.
    func done(_ record: borrowing Record, of context: Context) throws {
        let origin = Origin(record)
        guard origin.isAnswered(by: context), origin.actor != nil else { return }
        let event = record.header("type")?.text(atMost: 100) ?? ""
        // Of what lies in every partition the first says it.
        if Self.inAll.contains(event), record.header("id")?.text(atMost: 400).hasSuffix("-0") != true { return }
        // Whoever looks for a command finds it, whether it is done or refused.
        let command = Self.commands[event] ?? event
        let isAnswer = command == Accept.type.description || command == Deny.type.description
        try add(origin, record, type: command, "done", nil, key: isAnswer ? responseID(record) : nil)
    }

    private static let inAll = [MarketChanged.type.description, ResourceRegistered.type.description]

    /// The commands that events are answers to.
    private static let commands: [String: String] = {
        let pairs: [(any Message.Type, any Message.Type)] = [
            (DRStarted.self, StartDr.self), (DRChanged.self, ChangeDr.self), (DREnded.self, EndDr.self),
            (DRCancelled.self, CancelDr.self), (MarketChanged.self, SetMarket.self),
            (ResourceRegistered.self, RegisterResource.self), (KpxFigureStated.self, StateKpxFigure.self),
            (UserRegistered.self, RegisterUser.self), (UserUpdated.self, UpdateUser.self),
            (UserLeft.self, LeaveUser.self), (PointWithdrawn.self, WithdrawPoint.self),
            (WithdrawalPaid.self, ConfirmWithdrawal.self), (WithdrawalFailed.self, FailWithdrawal.self),
            // One that follows from a check is no answer to a command.
            (PointChanged.self, AdjustPoint.self), (AcceptChosen.self, Accept.self), (DenyChosen.self, Deny.self),
        ]
        return Dictionary(pairs.map { ($0.type.description, $1.type.description) }) { first, _ in first }
    }()

    /// Of an answer: the order and the customer, where its key is the customer alone.
    private func responseID(_ record: borrowing Record) -> String? {
        guard let value = record.value else { return nil }
        var id: String?
        try? reader.read(value) { fields in id = try fields.optional("id") }
        return id.map { $0.utf8.span.text(atMost: 300) }
    }

    /// - Parameter key: what it was about, where that is not the record's key.
    func refused(
        _ origin: Origin, _ record: borrowing Record, type: String?, reason: String, key: String? = nil
    ) throws {
        guard origin.actor != nil else { return }
        try add(origin, record, type: type, "refused", reason, key: key)
    }

    /// A dead letter that was handled again.
    func replayed(
        _ origin: Origin, _ record: borrowing Record, deadLetter: String, isRefused: Bool, reason: String?
    ) throws {
        guard origin.actor != nil else { return }
        try add(
            origin, record, type: Replay.type.description, isRefused ? "refused" : "done", reason, key: deadLetter)
    }

    private func add(
        _ origin: Origin, _ record: borrowing Record, type: String?, _ outcome: String, _ reason: String?,
        key: String? = nil
    ) throws {
        let (at, place) = (record.timestamp ?? 0, record.place)
        let key = key ?? record.key?.text(atMost: 200) ?? ""
        try write.run { row in
            row.add(at)
            row.add(place)
            row.add(origin.actor)
            row.add(origin.command)
            row.add(type ?? "")
            row.add(key)
            row.add(outcome)
            row.add(reason)
            // What a search looks at.
            row.add("\(origin.actor ?? "")\n\(key)\n\(type ?? "")".lowercased())
        }
        try totals.add(1, to: Self.total)
        guard try totals.count(of: Self.total) >= Self.limit + Self.step else { return }
        try prune.run { $0.add(Self.step) }
        try totals.add(-Self.step, to: Self.total)
    }
}
