import Contracts
import JSON
import SQLite

/// What KPX says of orders: rows of dr's table of orders, under `/kpx/<order>/<resource>`, each with its newest
/// statements.
final class FigureRows: ChangelogRows {
    private let find: Statement
    private let write: Statement
    private let delete: Statement
    private let writeWhole: Statement
    private let addPart: Statement
    private let deleteEmpty: Statement

    init(_ database: borrowing Database) throws {
        find = try database.prepare(
            "SELECT own_won, kpx_won FROM figures WHERE order_id = ?1 AND resource = ?2 ORDER BY version DESC LIMIT 1")
        write = try database.prepare("INSERT OR REPLACE INTO figures VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        delete = try database.prepare("DELETE FROM figures WHERE order_id = ?1 AND resource = ?2")
        writeWhole = try database.prepare(
            """
            INSERT INTO won(order_id, \(OrderWon.columns)) VALUES (?1, ?2, ?3, 0, 0, 0, 0)
            ON CONFLICT (order_id) DO UPDATE SET (own_won, kpx_won) = (?2, ?3)
            """)
        addPart = try database.prepare(
            """
            INSERT INTO won(order_id, \(OrderWon.columns)) VALUES (?1, NULL, NULL, ?2, ?3, ?4, ?5)
            ON CONFLICT (order_id) DO UPDATE SET (own_parts, own_parts_won, kpx_parts, kpx_parts_won) =
                (own_parts + ?2, own_parts_won + ?3, kpx_parts + ?4, kpx_parts_won + ?5)
            """)
        deleteEmpty = try database.prepare(
            """
            DELETE FROM won WHERE order_id = ?1 AND own_won IS NULL AND kpx_won IS NULL AND own_parts = 0 AND kpx_parts = 0
            """)
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        guard let (order, resource) = Self.place(key) else { return }
        let all = try ShownFigure.all(fields, order, resource)
        let newest = all.last?.figure
        try note((newest?.ownWon, newest?.kpxWon), order, resource)
        try remove(order, resource)
        for shown in all {
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
        guard let (order, resource) = Self.place(key) else { return }
        try note((nil, nil), order, resource)
        try remove(order, resource)
        try deleteEmpty.run(text: order.utf8.span)
    }

    /// What the newest statement of the whole order says takes the place of what was said before; that of a resource
    /// changes the sum of the resources'.
    private func note(_ new: (own: Int64?, kpx: Int64?), _ order: String, _ resource: String) throws {
        guard !resource.isEmpty else {
            return try writeWhole.run { row in
                row.add(order)
                row.add(new.own)
                row.add(new.kpx)
            }
        }
        var old: (own: Int64?, kpx: Int64?) = (nil, nil)
        try find.withRow(order, resource) { row in old = (row.optionalInteger(0), row.optionalInteger(1)) }
        try addPart.run { row in
            row.add(order)
            for (now, before) in [(new.own, old.own), (new.kpx, old.kpx)] {
                let count: Int64 = (now == nil ? 0 : 1) - (before == nil ? 0 : 1)
                row.add(count)
                row.add((now ?? 0) - (before ?? 0))
            }
        }
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
