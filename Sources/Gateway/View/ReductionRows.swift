import Contracts
import JSON
import Kafka
import SQLite

/// What resources have come to, by order: of kepco's events. Of those of an order and a resource the one with the
/// highest version stands. They go with the order.
final class ReductionRows {
    private let write: Statement
    private let delete: Statement
    private let now: () -> Int64
    private var reader = JSONReader()

    /// - Parameter now: in ms since 1970.
    init(_ database: borrowing Database, now: @escaping () -> Int64) throws {
        write = try database.prepare(
            """
            INSERT INTO reductions VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (order_id, resource) DO UPDATE SET version = ?3, value = ?4 WHERE version < ?3
            """)
        delete = try database.prepare("DELETE FROM reductions WHERE order_id = ?1")
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
        try write.run { row in
            row.add(reduction.order.text)
            row.add(reduction.resource.text)
            row.add(reduction.version)
            row.add(value)
        }
    }

    func remove(_ order: String) throws { try delete.run(text: order.utf8.span) }
}
