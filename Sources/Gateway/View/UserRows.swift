import Contracts
import JSON
import SQLite

/// user's customers.
final class UserRows: ChangelogRows {
    static let total = "users"
    private let find: Statement
    private let write: Statement
    private let delete: Statement
    private let count: Statement
    private let totals: Totals
    /// While the view is made; nil behind that.
    private var waiting: SortedRows<User>?

    private struct User {
        let name: String
        let (capacity, point): (Int64, Int64)
        let leftAt: Timestamp?
        let resource: ResourceID?
    }

    init(_ database: borrowing Database, _ totals: Totals) throws {
        find = try database.prepare("SELECT 1 FROM users WHERE id = ?1")
        write = try database.prepare(
            """
            INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (id) DO UPDATE SET name = ?2, capacity = ?3, point = ?4, left_at = ?5, resource = ?6
            """)
        delete = try database.prepare("DELETE FROM users WHERE id = ?1")
        count = try database.prepare("SELECT count(*) FROM users")
        self.totals = totals
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        guard let id = key.text(0) else { return }
        let user = User(
            name: try fields.required("name"),
            capacity: try fields.required("capacity", in: Limits.capacity),
            point: try fields.required("point", in: Limits.points), leftAt: try fields.optional("leftAt"),
            resource: try fields.optional("resource"))
        if waiting?.put(id, user) != nil { return }
        let isNew = try find.count(id) == 0
        try write(id, user)
        if isNew { try totals.add(1, to: Self.total) }
    }

    func remove(_ key: RowKey) throws {
        guard let id = key.text(0), waiting?.put(id, nil) == nil, try find.count(id) != 0 else { return }
        try delete.run(text: id.utf8.span)
        try totals.add(-1, to: Self.total)
    }

    private func write(_ id: String, _ user: User) throws {
        try write.run { row in
            row.add(id)
            row.add(user.name)
            row.add(user.capacity)
            row.add(user.point)
            row.add(user.leftAt?.milliseconds)
            row.add(user.resource?.text)
        }
    }

    // MARK: While the view is made

    func beginMaking() { waiting = SortedRows() }
    func forget() { waiting?.forget() }

    func writeWaiting() throws {
        try waiting?.take { id, user in
            if let user { try write(id, user) } else { try delete.run(text: id.utf8.span) }
        }
    }

    func finishMaking() throws {
        waiting = nil
        totals.set(try count.integer(), of: Self.total)
    }
}
