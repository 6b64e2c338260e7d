import Baselines
import Contracts
import Workers

/// What goes when an order has been over for long enough, and with it what KPX says of it and the day on which it was
/// counted. An order that
/// runs stays, however old it is, and so do the market and the resources.
extension DRWorker {
    static let sweptOrders = WorkerCounter(
        "swept_orders",
        "Rows of orders that ended long ago, of KPX's figures of them, and of days on which they were counted, that were "
            + "deleted."
    )

    var sweptParts: [Sweep.Part] { [Sweep.Part("orders", Self.sweptOrders, sweepOrders)] }

    private func sweepOrders(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        let (rows, next) = try transaction.someRows(Orders.self, after: cursor, atMost: retention.stepRows)
        let old = try rows.filter { try isOver($0.key, $0.row, transaction) }
        for (key, _) in old { transaction.delete(Orders.self, key) }
        return Sweep.Step(cursor: next, deleted: old.count)
    }

    private func isOver(_ key: String, _ row: Orders.Row, _ transaction: Transaction) throws -> Bool {
        let time = transaction.time
        return switch row {
        case .order(let order): isOver(order, at: time)
        // With its order, which lies before or behind it: another one of its id begins without figures.
        case .figures:
            try KpxFigures.order(key).flatMap { try transaction.row(OrdersAlone.self, $0) }
                .map { isOver($0, at: time) } ?? true
        case .reservations:
            Reservations.day(key).map { max(retention.days, Reservations.daysKept) < Day(of: time) - $0 } ?? false
        // Its timer forgets it; a version that knows no such timer may have let that go.
        case .start(let start): retention.isOver(start.until, at: time)
        case .market, .application, .resource: false
        }
    }

    /// Orders stay as long as the ledger has entries for them, by which another order of the id would be paid.
    private func isOver(_ order: Order, at time: Timestamp) -> Bool {
        order.closedAt.map { retention.isOver($0 + Retention.correctable, at: time) } ?? false
    }
}

extension Order {
    /// When it was over; nil as long as it is not.
    fileprivate var closedAt: Timestamp? {
        switch status {
        case .started: nil
        case .ended: endsAt
        case .cancelled: cancelledAt
        }
    }
}

extension Reservations {
    /// For so many days a day's orders are counted: a period has 366 at the most, and an order may be entered when it
    /// has begun.
    fileprivate static let daysKept: Int64 = 366 + OrderLimits.past.components.seconds / 86_400 + 1

    /// Of the key of a row.
    fileprivate static func day(_ key: String) -> Day? { Day(String(decoding: key.utf8.suffix(10), as: UTF8.self)) }
}

extension Day {
    /// About: of UTC.
    fileprivate init(of time: Timestamp) { self.init(of: time.milliseconds / 60_000) }

    fileprivate static func - (day: Self, other: Self) -> Int64 { day.number - other.number }
}
