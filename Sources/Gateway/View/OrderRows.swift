import Contracts
import JSON
import SQLite

/// dr's orders.
final class OrderRows: ChangelogRows {
    private let write: Statement
    private let delete: Statement

    init(_ database: borrowing Database) throws {
        write = try database.prepare("INSERT OR REPLACE INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        delete = try database.prepare("DELETE FROM orders WHERE id = ?1")
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        // Beside the orders dr keeps more there, under keys that begin with a slash.
        guard let id = key.text(0), !id.isEmpty else { return }
        let (name, kind): (String, String) = (try fields.required("name"), try fields.required("type"))
        let status: String = try fields.required("status")
        let startsAt: Timestamp = try fields.required("startsAt")
        let endsAt: Timestamp? = try fields.optional("endsAt")
        let cancelledAt: Timestamp? = try fields.optional("cancelledAt")
        let reason: String? = try fields.optional("reason")
        try write.run { row in
            row.add(id)
            row.add(name)
            row.add(kind)
            row.add(status == "ended" ? 1 : 0)
            row.add(startsAt.milliseconds)
            row.add(endsAt?.milliseconds)
            row.add(cancelledAt?.milliseconds)
            row.add(reason)
        }
    }

    func remove(_ key: RowKey) throws {
        if let id = key.text(0) { try delete.run(text: id.utf8.span) }
    }
}
