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
    private let count: Statement
    private let totals: Totals
    private let checks: CheckRows
    /// While the view is made, by `<order>/<user>`; nil behind that.
    private var waiting: SortedRows<Response>?

    private struct Response {
        let name: String
        let capacity: Int64
        let answer: ShownAnswer
        let answeredAt: Int64?
        let startsAt: Timestamp
        let endsAt: Timestamp?
        let isSaved: Bool
        let isCancelled: Bool
        let resource: ResourceID?
    }

    init(_ database: borrowing Database, _ tallies: Tallies, _ totals: Totals, _ checks: CheckRows) throws {
        find = try database.prepare("SELECT answer, capacity FROM responses WHERE order_id = ?1 AND user_id = ?2")
        write = try database.prepare(
            """
            INSERT INTO responses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT (order_id, user_id) DO UPDATE
            SET name = ?3, capacity = ?4, answer = ?5, answered_at = ?6, starts_at = ?7, ends_at = ?8, is_saved = ?9,
                is_cancelled = ?10, resource = ?11
            """)
        delete = try database.prepare("DELETE FROM responses WHERE order_id = ?1 AND user_id = ?2")
        count = try database.prepare("SELECT count(*) FROM responses")
        (self.tallies, self.totals, self.checks) = (tallies, totals, checks)
    }

    func put(_ key: RowKey, _ fields: borrowing Fields) throws {
        guard let order = key.text(0), let user = key.text(1) else { return }
        let word: String = try fields.required("answer")
        guard let answer = ShownAnswer(word) else { throw Unshown("the answer is \(word)") }
        let times = fields.has("answeredAt") ? try fields.numbers("answeredAt", in: 0...Int64.max, atMost: .max) : []
        let response = Response(
            name: try fields.required("name"), capacity: try fields.required("capacity", in: Limits.capacity),
            answer: answer, answeredAt: times.last ?? nil, startsAt: try fields.required("startsAt"),
            endsAt: try fields.optional("endsAt"), isSaved: try fields.required("saved"),
            isCancelled: try fields.optional("cancelled") ?? false, resource: try fields.optional("resource"))
        if waiting?.put("\(order)/\(user)", response) != nil { return }
        let before = try found(order, user)
        try write(order, user, response)
        if before == nil { try totals.add(1, to: Self.total) }
        if let before, before == (answer, response.capacity) { return }
        try tallies.change(order) { tally in
            if let before { tally.add(before.answer, capacity: before.capacity, -1) }
            tally.add(answer, capacity: response.capacity, 1)
        }
    }

    func remove(_ key: RowKey) throws {
        guard let order = key.text(0), let user = key.text(1), waiting?.put("\(order)/\(user)", nil) == nil,
            let before = try found(order, user)
        else { return }
        try delete.run(text: order.utf8.span, text: user.utf8.span)
        try totals.add(-1, to: Self.total)
        let check = try checks.remove(order, user)
        try tallies.change(order) { tally in
            tally.add(before.answer, capacity: before.capacity, -1)
            if let check { tally.add(check, -1) }
        }
    }

    private func write(_ order: String, _ user: String, _ response: Response) throws {
        try write.run { row in
            row.add(order)
            row.add(user)
            row.add(response.name)
            row.add(response.capacity)
            row.add(response.answer.rawValue)
            row.add(response.answeredAt)
            row.add(response.startsAt.milliseconds)
            row.add(response.endsAt?.milliseconds)
            row.add(response.isSaved ? 1 : 0)
            row.add(response.isCancelled ? 1 : 0)
            row.add(response.resource?.text)
        }
    }

    // MARK: While the view is made

    func beginMaking() { waiting = SortedRows() }
    func forget() { waiting?.forget() }

    func writeWaiting() throws {
        try waiting?.take { key, response in
            let key = RowKey(key)
            guard let order = key.text(0), let user = key.text(1) else { return }
            if let response {
                try write(order, user, response)
            } else {
                try delete.run(text: order.utf8.span, text: user.utf8.span)
                if let check = try checks.remove(order, user) { try tallies.change(order) { $0.add(check, -1) } }
            }
        }
    }

    /// The answers are counted once all are there: to know what one replaces it has to be looked up.
    func finishMaking() throws {
        waiting = nil
        totals.set(try count.integer(), of: Self.total)
        try tallies.countAnswers()
    }

    private func found(_ order: String, _ user: String) throws -> (answer: ShownAnswer, capacity: Int64)? {
        var found: (answer: ShownAnswer, capacity: Int64)?
        try find.withRow(order, user) { row in
            found = ShownAnswer(rawValue: row.integer(0)).map { ($0, row.integer(1)) }
        }
        return found
    }
}
