import JSON
import SQLite

/// What the view keeps of a table of a context's changelog.
protocol ChangelogRows: AnyObject {
    /// The row is this now.
    func put(_ key: RowKey, _ fields: borrowing Fields) throws
    /// It is gone.
    func remove(_ key: RowKey) throws
}

/// How many rows a table has: counting them again takes as long as there are rows.
final class Totals {
    private var open: [String: Int64] = [:]
    private var changed: Set<String> = []
    private let find: Statement
    private let put: Statement

    init(_ database: borrowing Database) throws {
        find = try database.prepare("SELECT count FROM totals WHERE name = ?1")
        put = try database.prepare("INSERT OR REPLACE INTO totals VALUES (?1, ?2)")
    }

    func add(_ count: Int64, to name: String) throws {
        open[name] = try self.count(of: name) + count
        changed.insert(name)
    }

    func set(_ count: Int64, of name: String) {
        open[name] = count
        changed.insert(name)
    }

    func count(of name: String) throws -> Int64 { try open[name] ?? find.count(name) }

    func write() throws {
        for name in changed { try put.run(text: name.utf8.span, integer: open[name] ?? 0) }
        changed.removeAll()
    }

    func forget() {
        open.removeAll()
        changed.removeAll()
    }
}
