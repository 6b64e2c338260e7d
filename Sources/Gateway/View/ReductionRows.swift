import Contracts
import JSON
import Kafka
import SQLite

/// What resources have come to, by order: of kepco's events. Of those of an order and a resource the one with the
/// highest version stands; what all of an order's come to stands beside them. They go with the order.
final class ReductionRows {
    private let find: Statement
    private let write: Statement
    private let add: Statement
    private let delete: Statement
    private let deleteLoad: Statement
    private let now: () -> Int64
    private var reader = JSONReader()

    /// - Parameter now: in ms since 1970.
    init(_ database: borrowing Database, now: @escaping () -> Int64) throws {
        find = try database.prepare("SELECT version, value FROM reductions WHERE order_id = ?1 AND resource = ?2")
        write = try database.prepare("INSERT OR REPLACE INTO reductions VALUES (?1, ?2, ?3, ?4)")
        let sums = OrderLoad.columns.split(separator: ", ").map { "\($0) = \($0) + excluded.\($0)" }
        add = try database.prepare(
            """
            INSERT INTO loads(order_id, \(OrderLoad.columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (order_id) DO UPDATE SET \(sums.joined(separator: ", "))
            """)
        delete = try database.prepare("DELETE FROM reductions WHERE order_id = ?1")
        deleteLoad = try database.prepare("DELETE FROM loads WHERE order_id = ?1")
        self.now = now
    }

    /// Whether an event tells of a resource.
    static func isReduction(_ record: borrowing Record) -> Bool {
        guard let type = record.header("type") else { return false }
        return ResourceReduction.type.isNamed(type)
    }

    /// What Kafka has beyond its time belongs to orders that have gone: nothing would take it out of the view again.
    private var oldest: Int64 { now() - Int64(Topic.kepcoEvents.daysKept ?? 0) * 86_400_000 }

    func take(_ record: borrowing Record) throws {
        guard let value = record.value, record.timestamp ?? .max >= oldest else { return }
        var found: ResourceReduction?
        try reader.read(value) { fields in found = try ResourceReduction(fields) }
        guard let reduction = found else { return }
        let (order, resource) = (reduction.order.text, reduction.resource.text)
        var before = (version: 0 as Int64, load: OrderLoad())
        try find.withRow(order, resource) { row in
            before.version = row.integer(0)
            try reader.read(row.bytes(1)) { fields in before.load = OrderLoad(try ResourceReduction(fields)) }
        }
        guard reduction.version > before.version else { return }
        try write.run { row in
            row.add(order)
            row.add(resource)
            row.add(reduction.version)
            row.add(value)
        }
        try add.run { row in
            row.add(order)
            for (new, old) in zip(OrderLoad(reduction).figures, before.load.figures) { row.add(new - old) }
        }
    }

    func remove(_ order: String) throws {
        try delete.run(text: order.utf8.span)
        try deleteLoad.run(text: order.utf8.span)
    }
}
