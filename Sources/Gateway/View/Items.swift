import Contracts
import SQLite

/// What is read of the view, as it is shown. Times are ms since 1970.
struct ShownOrder: Sendable {
    var (id, name, kind): (String, String, String)
    /// Whether it is over: it has ended, or was cancelled.
    var isOver: Bool
    var startsAt: Int64
    /// Planned, or real once it has ended.
    var endsAt: Int64?
    var cancelledAt: Int64?
    var reason: String?
    /// Whom it asks; nil: everybody.
    var resources: [String]?
    /// Whether it asks customers of no resource, too.
    var isUnassigned: Bool
    /// Wh an hour.
    var quantity: Int64?
    /// Whether it tests whether customers reduce.
    var isTest: Bool
    var tally: Tally
    /// What all resources have come to.
    var load: OrderLoad
    var won: OrderWon
    /// What each resource has come to, by its id; read for one order alone.
    var reductions: [ResourceReduction] = []

    static let columns = """
        o.id, o.name, o.kind, o.is_ended, o.starts_at, o.ends_at, o.cancelled_at, o.reason, o.resources, o.is_unassigned,
        o.quantity, o.is_test, ifnull(t.asked, 0), ifnull(t.accepted, 0), ifnull(t.denied, 0), ifnull(t.asked_capacity, 0), ifnull(t.accepted_capacity, 0), ifnull(t.denied_capacity, 0),
        ifnull(t.checked, 0), ifnull(t.real, 0), ifnull(t.baseline_wh, 0), ifnull(t.used_wh, 0), ifnull(t.reduced_wh, 0),
        ifnull(t.points, 0), ifnull(t.quarters, '{}'), ifnull(l.resources, 0), ifnull(l.unordered, 0), ifnull(l.waiting, 0),
        ifnull(l.reduced_wh, 0), ifnull(l.quantity, 0), ifnull(l.so_far_reduced_milli_wh, 0), ifnull(l.so_far_ordered_milli_wh, 0),
        w.own_won, w.kpx_won, ifnull(w.own_parts, 0), ifnull(w.own_parts_won, 0), ifnull(w.kpx_parts, 0), ifnull(w.kpx_parts_won, 0)
        """
    static let tables = """
        orders o LEFT JOIN tallies t ON t.order_id = o.id LEFT JOIN loads l ON l.order_id = o.id
        LEFT JOIN won w ON w.order_id = o.id
        """
    static let quartersColumn: Int32 = 24

    init(_ row: borrowing Row) {
        (id, name, kind) = (row.string(0), row.string(1), row.string(2))
        (isOver, startsAt) = (row.integer(3) != 0, row.integer(4))
        (endsAt, cancelledAt) = (row.optionalInteger(5), row.optionalInteger(6))
        reason = row.optionalString(7)
        // No id has a slash.
        resources = row.optionalString(8).map { $0.split(separator: "/").map(String.init) }
        (isUnassigned, quantity) = (row.integer(9) != 0, row.optionalInteger(10))
        isTest = row.integer(11) != 0
        tally = Tally(row, from: 12)
        load = OrderLoad(row, from: Self.quartersColumn + 1)
        won = OrderWon(
            row, from: Self.quartersColumn + 8, resources: row.integer(9) != 0 ? nil : resources?.count)
    }

    /// When it ended; of a cancelled one that is nothing.
    var endedAt: Int64? { isOver && cancelledAt == nil ? endsAt : nil }
}

struct ShownUser: Sendable {
    var (id, name): (String, String)
    /// Wh an hour.
    var capacity: Int64
    var point: Int64
    /// nil for a customer who has not left.
    var leftAt: Int64?
    var resource: String?

    static let columns = "id, name, capacity, point, left_at, resource"

    init(_ row: borrowing Row) {
        (id, name) = (row.string(0), row.string(1))
        (capacity, point) = (row.integer(2), row.integer(3))
        leftAt = row.optionalInteger(4)
        resource = row.optionalString(5)
    }
}

/// A group of customers of one kind and region.
struct ShownResource: Sendable {
    var (id, kind): (String, String)
    var (region, method): (String?, String?)
    /// Wh an hour.
    var capacity: Int64
    /// Won per kW and month.
    var price: Int64?
    /// The first day on which it takes part.
    var from: String?
    var version: Int64

    static let columns = "id, kind, region, method, capacity, price, from_day, version"

    init(_ row: borrowing Row) {
        (id, kind) = (row.string(0), row.string(1))
        (region, method) = (row.optionalString(2), row.optionalString(3))
        (capacity, price) = (row.integer(4), row.optionalInteger(5))
        (from, version) = (row.optionalString(6), row.integer(7))
    }
}

/// A change of a customer's points.
struct ShownEntry {
    var sequence: Int64
    var (change, point): (Int64, Int64)
    var reason: String
    var (order, withdrawal, adjustment): (String?, String?, String?)
    var at: Int64
    /// Of the corrected check that it follows from; of an expiry, before when its points were earned.
    var version: Int64?
    /// Of a withdrawal.
    var status: WithdrawalStatus?

    static let columns = "sequence, change, point, reason, order_id, withdrawal_id, at, version, adjustment_id, status"

    init(_ row: borrowing Row) {
        sequence = row.integer(0)
        (change, point) = (row.integer(1), row.integer(2))
        reason = row.string(3)
        (order, withdrawal, adjustment) = (row.optionalString(4), row.optionalString(5), row.optionalString(8))
        at = row.integer(6)
        version = row.optionalInteger(7)
        status = row.optionalString(9).flatMap { WithdrawalStatus(rawValue: $0) }
    }
}

/// Points that are paid out.
struct ShownWithdrawal: Sendable {
    var (user, id): (String, String)
    var amount: Int64
    var status: WithdrawalStatus
    var requestedAt: Int64
    var answeredAt: Int64?
    /// The payment's reference, or why it failed.
    var note: String?

    static let columns = "user_id, withdrawal_id, -change, status, at, answered_at, note"

    init(_ row: borrowing Row) {
        (user, id) = (row.string(0), row.string(1))
        amount = row.integer(2)
        status = WithdrawalStatus(rawValue: row.string(3)) ?? .requested
        requestedAt = row.integer(4)
        answeredAt = row.optionalInteger(5)
        note = row.optionalString(6)
    }

    var reference: String? { status == .paid ? note : nil }
    var reason: String? { status == .failed ? note : nil }
}

/// A customer's place on an order's list.
struct ShownResponse: Sendable {
    var (order, user, name): (String, String, String)
    var capacity: Int64
    var answer: ShownAnswer
    var answeredAt: Int64?
    var startsAt: Int64
    var endsAt: Int64?
    var isSaved: Bool
    /// Its order is withdrawn.
    var isCancelled: Bool
    /// The customer's when the order was announced.
    var resource: String?

    static let columns = """
        order_id, user_id, name, capacity, answer, answered_at, starts_at, ends_at, is_saved, is_cancelled, resource
        """

    init(_ row: borrowing Row) {
        (order, user, name) = (row.string(0), row.string(1), row.string(2))
        capacity = row.integer(3)
        answer = ShownAnswer(rawValue: row.integer(4)) ?? .ignore
        answeredAt = row.optionalInteger(5)
        startsAt = row.integer(6)
        endsAt = row.optionalInteger(7)
        (isSaved, isCancelled) = (row.integer(8) != 0, row.integer(9) != 0)
        resource = row.optionalString(10)
    }

    var id: String { "\(order).\(user)" }
}

struct ShownDeadLetter: Sendable {
    var context: String
    var (partition, offset, at): (Int64, Int64, Int64)
    var (kind, reason, source): (String, String, String)
    var (type, key): (String?, String?)
    var value: String
    var (actor, command): (String?, String?)

    static let columns = "context, partition, offset, at, kind, reason, source, type, key, value, actor, command"

    init(_ row: borrowing Row) {
        context = row.string(0)
        (partition, offset, at) = (row.integer(1), row.integer(2), row.integer(3))
        (kind, reason, source) = (row.string(4), row.string(5), row.string(6))
        (type, key) = (row.optionalString(7), row.optionalString(8))
        value = row.string(9)
        (actor, command) = (row.optionalString(10), row.optionalString(11))
    }

    var id: String { "\(context)-\(partition)-\(offset)" }
}

/// What became of a command.
struct ShownOutcome {
    var command: String
    var isDone: Bool
    var at: Int64
    /// topic-partition-offset of the row or the dead letter.
    var position: String
    /// The hash of the request's body.
    var body: String?
    /// The row, as `table/key`.
    var subject: String
    /// Of a refusal.
    var (kind, reason): (String?, String?)
    /// The row as the command left it.
    var value: String?

    /// Who sent it.
    var actor: String?

    static let columns = "command, is_done, at, position, body, subject, kind, reason, value, actor"

    init(_ row: borrowing Row) {
        (command, isDone, at) = (row.string(0), row.integer(1) != 0, row.integer(2))
        (position, body, subject) = (row.string(3), row.optionalString(4), row.string(5))
        (kind, reason, value) = (row.optionalString(6), row.optionalString(7), row.optionalString(8))
        actor = row.optionalString(9)
    }
}

/// A command that someone has sent.
struct ShownCommand {
    var at: Int64
    var actor: String
    var command: String?
    var (type, key, outcome): (String, String, String)
    var reason: String?

    static let columns = "at, actor, command, type, key, outcome, reason"

    init(_ row: borrowing Row) {
        (at, actor, command) = (row.integer(0), row.string(1), row.optionalString(2))
        (type, key, outcome) = (row.string(3), row.string(4), row.string(5))
        reason = row.optionalString(6)
    }
}

/// An event as it went by.
struct ShownEvent {
    var sequence: Int64
    var at: Int64
    var (type, key): (String, String)

    static let columns = "sequence, at, type, key"

    init(_ row: borrowing Row) {
        (sequence, at, type, key) = (row.integer(0), row.integer(1), row.string(2), row.string(3))
    }
}

extension Row {
    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }
    func optionalString(_ column: Int32) -> String? { isNull(column) ? nil : string(column) }
}
