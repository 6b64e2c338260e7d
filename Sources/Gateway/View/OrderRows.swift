import Contracts
import JSON
import SQLite

/// dr's orders, and beside them the resources, under `/resource/<id>`, and KPX's figures, under `/kpx/`.
final class OrderRows: ChangelogRows {
    private let write: Statement
    private let delete: Statement
    private let resources: ResourceRows
    private let reductions: ReductionRows
    private let figures: FigureRows

    init(_ database: borrowing Database, _ reductions: ReductionRows) throws {
        write = try database.prepare(
            "INSERT OR REPLACE INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
        delete = try database.prepare("DELETE FROM orders WHERE id = ?1")
        resources = try ResourceRows(database)
        self.reductions = reductions
        figures = try FigureRows(database)
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        // Beside the orders dr keeps more there, under keys that begin with a slash.
        guard let id = key.text(0) else { return }
        guard !id.isEmpty else {
            try resources.put(key, fields)
            return try figures.put(key, fields)
        }
        let (name, kind): (String, String) = (try fields.required("name"), try fields.required("type"))
        let status: String = try fields.required("status")
        let startsAt: Timestamp = try fields.required("startsAt")
        let endsAt: Timestamp? = try fields.optional("endsAt")
        let cancelledAt: Timestamp? = try fields.optional("cancelledAt")
        let reason: String? = try fields.optional("reason")
        let targets = try OrderTargets(fields)
        let quantity = try fields.optional("quantity", in: Limits.quantity)
        let isTest = try fields.optional("test") ?? false
        try write.run { row in
            row.add(id)
            row.add(name)
            row.add(kind)
            row.add(status == "ended" ? 1 : 0)
            row.add(startsAt.milliseconds)
            row.add(endsAt?.milliseconds)
            row.add(cancelledAt?.milliseconds)
            row.add(reason)
            row.add(targets.map { $0.resources.map(\.text).joined(separator: "/") })
            row.add(targets?.isUnassigned == true ? 1 : 0)
            row.add(quantity)
            row.add(isTest ? 1 : 0)
        }
    }

    func remove(_ key: RowKey) throws {
        guard let id = key.text(0) else { return }
        guard id.isEmpty else {
            try delete.run(text: id.utf8.span)
            return try reductions.remove(id)
        }
        try resources.remove(key)
        try figures.remove(key)
    }
}
