import Contracts
import JSON
import SQLite

/// response's lists, under `<order>/<user>`.
final class ResponseRows: ChangelogRows {
    static let total = "responses"
    private let find: Statement
    private let write: Statement
    private let delete: Statement
    private let tallies: Tallies
    private let totals: Totals

    init(_ database: borrowing Database, _ tallies: Tallies, _ totals: Totals) throws {
        find = try database.prepare("SELECT answer, capacity FROM responses WHERE order_id = ?1 AND user_id = ?2")
        write = try database.prepare(
            """
            INSERT INTO responses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (order_id, user_id) DO UPDATE
            SET name = ?3, capacity = ?4, answer = ?5, answered_at = ?6, starts_at = ?7, ends_at = ?8, is_saved = ?9
            """)
        delete = try database.prepare("DELETE FROM responses WHERE order_id = ?1 AND user_id = ?2")
        (self.tallies, self.totals) = (tallies, totals)
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        guard let order = key.text(0), let user = key.text(1) else { return }
        let name: String = try fields.required("name")
        let capacity: Int64 = try fields.required("capacity", in: Limits.capacity)
        let word: String = try fields.required("answer")
        guard let answer = ShownAnswer(word) else { throw Unshown("the answer is \(word)") }
        let times = fields.has("answeredAt") ? try fields.numbers("answeredAt", in: 0...Int64.max, atMost: .max) : []
        let startsAt: Timestamp = try fields.required("startsAt")
        let endsAt: Timestamp? = try fields.optional("endsAt")
        let isSaved: Bool = try fields.required("saved")
        let before = try found(order, user)
        try write.run { row in
            row.add(order)
            row.add(user)
            row.add(name)
            row.add(capacity)
            row.add(answer.rawValue)
            row.add(times.last ?? nil)
            row.add(startsAt.milliseconds)
            row.add(endsAt?.milliseconds)
            row.add(isSaved ? 1 : 0)
        }
        if before == nil { try totals.add(1, to: Self.total) }
        if let before, before == (answer, capacity) { return }
        try tallies.change(order) { tally in
            if let before { tally.add(before.answer, capacity: before.capacity, -1) }
            tally.add(answer, capacity: capacity, 1)
        }
    }

    func remove(_ key: RowKey) throws {
        guard let order = key.text(0), let user = key.text(1), let before = try found(order, user) else { return }
        try delete.run(text: order.utf8.span, text: user.utf8.span)
        try totals.add(-1, to: Self.total)
        try tallies.change(order) { $0.add(before.answer, capacity: before.capacity, -1) }
    }

    private func found(_ order: String, _ user: String) throws -> (answer: ShownAnswer, capacity: Int64)? {
        var found: (answer: ShownAnswer, capacity: Int64)?
        try find.withRow(order, user) { row in
            found = ShownAnswer(rawValue: row.integer(0)).map { ($0, row.integer(1)) }
        }
        return found
    }
}
