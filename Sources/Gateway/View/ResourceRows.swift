import Contracts
import JSON
import SQLite

/// The resources that dr knows, of its table of orders: each of its partitions has all of them. Of two rows the one
/// with the higher version stands.
final class ResourceRows: ChangelogRows {
    private let write: Statement
    private let delete: Statement

    init(_ database: borrowing Database) throws {
        write = try database.prepare(
            """
            INSERT INTO resources VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (id) DO UPDATE
            SET kind = ?2, region = ?3, method = ?4, capacity = ?5, price = ?6, from_day = ?7, version = ?8
            WHERE version < ?8
            """)
        delete = try database.prepare("DELETE FROM resources WHERE id = ?1")
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        guard key.text(1) == "resource", fields.has("resource") else { return }
        let shown = try ShownResource(fields)
        try write.run { row in
            row.add(shown.id)
            row.add(shown.kind)
            row.add(shown.region)
            row.add(shown.method)
            row.add(shown.capacity)
            row.add(shown.price)
            row.add(shown.from)
            row.add(shown.version)
        }
    }

    /// Whoever repairs a state may delete one.
    func remove(_ key: RowKey) throws {
        guard key.text(1) == "resource", let id = key.text(2) else { return }
        try delete.run(text: id.utf8.span)
    }
}
