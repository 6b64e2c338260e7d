import Contracts
import JSON
import SQLite

/// user's ledger, under `dr/<order>/<user>`, with a slash and the version behind it for a correction, under
/// `withdrawal/<user>/<id>`, with `/back` behind it for what was given back, under `adjustment/<user>/<id>`, or under
/// `expiry/<user>/<ms since 1970>`. Other keys have other rows.
final class LedgerRows: ChangelogRows {
    private let write: Statement
    private let delete: Statement

    /// What an entry is for, as its key has it.
    private struct Cause {
        let user: String
        var (order, withdrawal, adjustment): (String?, String?, String?)
        /// Of a correction; of an expiry, the time before which its points were earned.
        var version: Int64?
        var isGiveBack = false

        init?(_ key: RowKey) {
            guard let kind = key.text(0), let one = key.text(1), let other = key.text(2) else { return nil }
            user = kind == "dr" ? other : one
            switch kind {
            case "dr": (order, version) = (one, key.text(3).flatMap { Int64($0) })
            case "withdrawal": (withdrawal, isGiveBack) = (other, key.text(3) != nil)
            case "adjustment": adjustment = other
            case "expiry":
                guard let time = Int64(other) else { return nil }
                version = time
            default: return nil
            }
        }
    }

    init(_ database: borrowing Database) throws {
        write = try database.prepare(
            "INSERT OR REPLACE INTO ledger VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")
        // Of a customer's entries the one with this cause. Withdrawals alone have a status.
        delete = try database.prepare(
            """
            DELETE FROM ledger
            WHERE user_id = ?1 AND order_id IS ?2 AND withdrawal_id IS ?3 AND version IS ?4
            AND adjustment_id IS ?5 AND (status IS NOT NULL) = ?6
            """)
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        guard let cause = Cause(key) else { return }
        let sequence: Int64 = try fields.required("sequence", in: 1...Int64.max)
        let change: Int64 = try fields.required("change", in: Limits.points)
        let point: Int64 = try fields.required("point", in: Limits.points)
        let reason: String = try fields.required("reason")
        let time: Timestamp = try fields.required("time")
        let answeredAt: Timestamp? = try fields.optional("answeredAt")
        let reference: String? = try fields.optional("reference")
        let note: String? = try reference ?? fields.optional("failure")
        // Versions without states took a withdrawal for paid: nobody is to pay it again.
        let status = try Self.isWithdrawal(cause) ? fields.withdrawalStatus("status") ?? .paid : nil
        try write.run { row in
            row.add(cause.user)
            row.add(sequence)
            row.add(change)
            row.add(point)
            row.add(reason)
            row.add(cause.order)
            row.add(cause.withdrawal)
            row.add(time.milliseconds)
            row.add(cause.version)
            row.add(cause.adjustment)
            row.add(status?.rawValue)
            row.add(answeredAt?.milliseconds)
            row.add(note)
        }
    }

    /// Entries are never altered, but for a withdrawal's status; old ones go.
    func remove(_ key: RowKey) throws {
        guard let cause = Cause(key) else { return }
        try delete.run { row in
            row.add(cause.user)
            row.add(cause.order)
            row.add(cause.withdrawal)
            row.add(cause.version)
            row.add(cause.adjustment)
            row.add(Self.isWithdrawal(cause) ? 1 : 0 as Int64)
        }
    }

    private static func isWithdrawal(_ cause: Cause) -> Bool { cause.withdrawal != nil && !cause.isGiveBack }
}
