import Contracts
import JSON
import SQLite

/// user's customers.
final class UserRows: ChangelogRows {
    static let total = "users"
    private let find: Statement
    private let write: Statement
    private let delete: Statement
    private let totals: Totals

    init(_ database: borrowing Database, _ totals: Totals) throws {
        find = try database.prepare("SELECT 1 FROM users WHERE id = ?1")
        write = try database.prepare(
            """
            INSERT INTO users VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO UPDATE SET name = ?2, capacity = ?3, point = ?4
            """)
        delete = try database.prepare("DELETE FROM users WHERE id = ?1")
        self.totals = totals
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        guard let id = key.text(0) else { return }
        let name: String = try fields.required("name")
        let capacity: Int64 = try fields.required("capacity", in: Limits.capacity)
        let point: Int64 = try fields.required("point", in: Limits.points)
        let isNew = try find.count(id) == 0
        try write.run { row in
            row.add(id)
            row.add(name)
            row.add(capacity)
            row.add(point)
        }
        if isNew { try totals.add(1, to: Self.total) }
    }

    func remove(_ key: RowKey) throws {
        guard let id = key.text(0), try find.count(id) != 0 else { return }
        try delete.run(text: id.utf8.span)
        try totals.add(-1, to: Self.total)
    }
}

/// user's ledger, under `dr/<order>/<user>` or `withdrawal/<user>/<id>`.
final class LedgerRows: ChangelogRows {
    private let write: Statement

    init(_ database: borrowing Database) throws {
        write = try database.prepare("INSERT OR REPLACE INTO ledger VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        let isReduction = key.text(0) == "dr"
        guard let user = key.text(isReduction ? 2 : 1), let cause = key.text(isReduction ? 1 : 2) else { return }
        let sequence: Int64 = try fields.required("sequence", in: 1...Int64.max)
        let change: Int64 = try fields.required("change", in: Limits.points)
        let point: Int64 = try fields.required("point", in: Limits.points)
        let reason: String = try fields.required("reason")
        let time: Timestamp = try fields.required("time")
        try write.run { row in
            row.add(user)
            row.add(sequence)
            row.add(change)
            row.add(point)
            row.add(reason)
            row.add(isReduction ? cause : nil)
            row.add(isReduction ? nil : cause)
            row.add(time.milliseconds)
        }
    }

    /// Entries are never altered; what somebody takes out of the changelog stays until the view is made anew.
    func remove(_ key: RowKey) throws {}
}
