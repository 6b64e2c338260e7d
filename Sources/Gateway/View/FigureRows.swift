import Contracts
import JSON
import SQLite

/// What KPX says of orders: rows of dr's table of orders, under `/kpx/<order>/<resource>`, each with its newest
/// statements.
final class FigureRows: ChangelogRows {
    private let write: Statement
    private let delete: Statement

    init(_ database: borrowing Database) throws {
        write = try database.prepare("INSERT OR REPLACE INTO figures VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        delete = try database.prepare("DELETE FROM figures WHERE order_id = ?1 AND resource = ?2")
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        guard let (order, resource) = Self.place(key) else { return }
        try remove(order, resource)
        for shown in try ShownFigure.all(fields, order, resource) {
            try write.run { row in
                row.add(shown.order)
                row.add(resource)
                row.add(shown.version)
                row.add(shown.at)
                row.add(shown.figure.kpxKWh)
                row.add(shown.figure.kpxWon)
                row.add(shown.figure.ownKWh)
                row.add(shown.figure.ownWon)
                row.add(shown.figure.objection)
            }
        }
    }

    func remove(_ key: RowKey) throws {
        if let (order, resource) = Self.place(key) { try remove(order, resource) }
    }

    private func remove(_ order: String, _ resource: String) throws {
        try delete.run { row in
            row.add(order)
            row.add(resource)
        }
    }

    /// The resource is an empty text for the whole order.
    private static func place(_ key: RowKey) -> (order: String, resource: String)? {
        guard key.text(1) == "kpx", let order = key.text(2), let resource = key.text(3) else { return nil }
        return (order, resource)
    }
}
