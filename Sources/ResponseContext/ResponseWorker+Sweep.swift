import Contracts
import Workers

/// What goes when an order has been over for long enough: its row, its place among the orders, and its list. Orders
/// that have not ended stay, however old they are. So do customers, but for those who left long ago.
extension ResponseWorker {
    static let sweptLists = WorkerCounter(
        "swept_lists", "Rows of orders and their answers that were deleted, since the orders ended long ago.")
    static let sweptEndings = WorkerCounter(
        "swept_early_endings", "Rows of orders that ended long ago and were never announced, which were deleted.")
    static let sweptCustomers = WorkerCounter(
        "swept_customers", "Rows of customers who left long ago that were deleted.")

    var sweptParts: [Sweep.Part] {
        [
            Sweep.Part("lists", Self.sweptLists, sweepLists),
            Sweep.Part("earlyEndings", Self.sweptEndings, sweepEndings),
            Sweep.Part("customers", Self.sweptCustomers, sweepCustomers),
        ]
    }

    /// By the times at which orders were announced: behind the first that is too young they all are.
    private func sweepLists(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        let retention = settings.retention
        let (orders, next) = try transaction.someRows(OrdersByTime.self, after: cursor, atMost: retention.stepRows)
        var step = Sweep.Step(cursor: next, deleted: 0)
        var done = cursor
        for (key, row) in orders {
            guard isOver(announced: key, transaction) else { return Sweep.Step(cursor: nil, deleted: step.deleted) }
            let isGone = try sweepList(row.order, placed: key, &step, transaction)
            // With what is left of this one's list the next step begins.
            guard isGone else { return Sweep.Step(cursor: done, deleted: step.deleted) }
            done = key
        }
        return step
    }

    /// An order has not ended before it is announced.
    private func isOver(announced key: String, _ transaction: Transaction) -> Bool {
        guard let announced = Int64(String(key.utf8.prefix(13)) ?? "") else { return true }
        return settings.retention.isOver(Timestamp(milliseconds: announced), at: transaction.time)
    }

    /// - Returns: whether nothing is left to do with the order in this sweep.
    private func sweepList(
        _ id: OrderID, placed key: String, _ step: inout Sweep.Step, _ transaction: Transaction
    ) throws -> Bool {
        let order: Order?
        do { order = try transaction.row(Orders.self, id.text) } catch is RowError { return true }
        if let order {
            guard let time = order.closedAt, settings.retention.isOver(time, at: transaction.time) else { return true }
            let most = settings.retention.stepRows - step.deleted
            let list = try transaction.keys(Responses.self, prefix: Responses.prefix(id), atMost: most)
            for response in list { transaction.delete(Responses.self, response) }
            step.deleted += list.count
            guard list.count < most else { return false }
            transaction.delete(Orders.self, id.text)
            step.deleted += 1
        }
        transaction.delete(OrdersByTime.self, key)
        return true
    }

    /// What was heard of orders whose start was refused, and never came.
    private func sweepEndings(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        let retention = settings.retention
        let (courses, next) = try transaction.someRows(EarlyEndings.self, after: cursor, atMost: retention.stepRows)
        let old = courses.filter { retention.isOver($0.row.latest, at: transaction.time) }
        for (key, _) in old { transaction.delete(EarlyEndings.self, key) }
        return Sweep.Step(cursor: next, deleted: old.count)
    }

    /// Orders that asked them name them still, as long as they are kept themselves.
    private func sweepCustomers(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        let retention = settings.retention
        let (customers, next) = try transaction.someRows(Customers.self, after: cursor, atMost: retention.stepRows)
        let old = customers.filter { _, customer in
            customer.membership.leftAt.map { retention.isOver($0, at: transaction.time) } ?? false
        }
        for (key, _) in old { transaction.delete(Customers.self, key) }
        return Sweep.Step(cursor: next, deleted: old.count)
    }
}

extension Order {
    /// When it was over; nil as long as there is something to do with its list.
    fileprivate var closedAt: Timestamp? {
        switch state {
        case .saved: course.ending?.endedAt
        case .cancelled: course.cancellation?.at
        case .settling, .asking, .changing, .open, .closing, .saving, .cancelling: nil
        }
    }
}

extension Course {
    /// The last of its times. What names none stays.
    fileprivate var latest: Timestamp {
        [change?.endsAt, ending?.endedAt, cancellation?.at, heardAt].compactMap { $0 }.max() ?? .last
    }
}
