import Contracts
import JSON
import Kafka
import SQLite

/// What kepco has found out, by order and customer: of its events, since its changelog is months of readings. Of a
/// check and its corrections the last version stands. It goes with the customer's place on the order's list.
final class CheckRows {
    static let total = "checks"
    private let find: Statement
    private let write: Statement
    private let delete: Statement
    private let tallies: Tallies
    private let totals: Totals
    private let now: () -> Int64
    private var reader = JSONReader()

    /// - Parameter now: in ms since 1970.
    init(_ database: borrowing Database, _ tallies: Tallies, _ totals: Totals, now: @escaping () -> Int64) throws {
        find = try database.prepare("SELECT value FROM checks WHERE order_id = ?1 AND user_id = ?2")
        write = try database.prepare("INSERT OR REPLACE INTO checks VALUES (?1, ?2, ?3, ?4)")
        delete = try database.prepare("DELETE FROM checks WHERE order_id = ?1 AND user_id = ?2")
        (self.tallies, self.totals, self.now) = (tallies, totals, now)
    }

    /// What Kafka has beyond its time belongs to lists that have gone: nothing would take it out of the view again.
    private var oldest: Int64 { now() - Int64(Topic.kepcoEvents.daysKept ?? 0) * 86_400_000 }

    func take(_ record: borrowing Record) throws {
        guard let value = record.value, record.timestamp ?? .max >= oldest else { return }
        var check: ReductionCheck?
        try reader.read(value) { fields in check = try ReductionCheck(fields) }
        guard let check else { return }
        let (order, user) = (check.response.order.text, check.response.user.text)
        let before = try found(order, user)
        if let before, before.version > check.version { return }
        let at = record.timestamp ?? 0
        try write.run { row in
            row.add(order)
            row.add(user)
            row.add(at)
            row.add(value)
        }
        if before == nil { try totals.add(1, to: Self.total) }
        try tallies.change(order) { tally in
            if let before { tally.add(before.figures, -1) }
            tally.add(check.figures, 1)
        }
    }

    /// Deletes a check.
    /// - Returns: what it came to, for the order's tally; nil where there is none.
    func remove(_ order: String, _ user: String) throws -> CheckFigures? {
        guard let check = try found(order, user) else { return nil }
        try delete.run(text: order.utf8.span, text: user.utf8.span)
        try totals.add(-1, to: Self.total)
        return check.figures
    }

    private func found(_ order: String, _ user: String) throws -> ReductionCheck? {
        var found: ReductionCheck?
        try find.withRow(order, user) { row in
            try reader.read(row.bytes(0)) { fields in found = try ReductionCheck(fields) }
        }
        return found
    }
}

extension ReductionCheck {
    fileprivate var figures: CheckFigures {
        CheckFigures(
            isReal: isReal, baselineWh: baselineWh, usedWh: usedWh, reducedWh: reducedWh, points: adjustPoint,
            quarterBaseline: quarterBaselineMilliWh, quarterUsed: quarterUsedMilliWh,
            others: positionsOfOthers)
    }
}
