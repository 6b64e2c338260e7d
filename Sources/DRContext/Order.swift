package import Contracts
package import JSON
package import Workers

/// A demand-response order and what may become of it. No clock, no I/O: time comes in as an argument.
package struct Order: Row, Hashable {
    package enum Status: String, Sendable { case started, ended }

    package let id: OrderID
    package let name: String
    package let kind: String
    package private(set) var status: Status
    package let startsAt: Timestamp
    /// When it will end by itself, if it does; once it has ended, when that was.
    package private(set) var endsAt: Timestamp?
    /// Why it has ended.
    package private(set) var reason: String?

    package static let endTimeReached = "its end time was reached"
    package static let endedByOperator = "ended by an operator"

    package init(
        id: OrderID, name: String, kind: String, status: Status, startsAt: Timestamp, endsAt: Timestamp?,
        reason: String?
    ) {
        (self.id, self.name, self.kind, self.status) = (id, name, kind, status)
        (self.startsAt, self.endsAt, self.reason) = (startsAt, endsAt, reason)
    }

    /// The order that is asked for at `time`, under this id.
    package init(_ start: StartDr, id: OrderID, at time: Timestamp) throws(Rejection) {
        let startsAt = start.startsAt ?? time
        try OrderLimits.check(id, from: startsAt, until: start.endsAt, askedFor: time)
        self.init(
            id: id, name: start.name, kind: start.kind, status: .started, startsAt: startsAt, endsAt: start.endsAt,
            reason: nil)
    }

    /// What to say to another start of the same id.
    package var secondStart: Rejection {
        switch status {
        case .started:
            let end = endsAt.map { "\($0)" } ?? "an operator ends it"
            return .conflict("order \(id) already exists: it runs from \(startsAt) until \(end)")
        case .ended: return .conflict("\(ended); another order needs another id")
        }
    }

    package var started: DRStarted {
        DRStarted(
            id: id, name: name, kind: kind, status: Status.started.rawValue, startsAt: startsAt, endsAt: endsAt)
    }

    /// Ends it because someone asks for that at `time`. When its own end has passed by then, that one counts: whether
    /// its timer or this request comes first makes no difference.
    package mutating func end(at time: Timestamp, reason: String?) throws(Rejection) -> DREnded {
        guard status == .started else { throw .conflict(ended) }
        guard time >= startsAt else {
            let alternative = endsAt.map { ", or let it end by itself at \($0)" } ?? ""
            throw .refused(
                "order \(id) has not begun at \(time); it begins at \(startsAt): send EndDr again after that"
                    + alternative)
        }
        if let endsAt, endsAt <= time { return close(at: endsAt, Self.endTimeReached) }
        return close(at: time, reason ?? Self.endedByOperator)
    }

    /// Ends it at its own end time, which is reached. nil when that is not what it waits for: it has ended already.
    package mutating func end(due: Timestamp) -> DREnded? {
        guard status == .started, endsAt == due else { return nil }
        return close(at: due, Self.endTimeReached)
    }

    private mutating func close(at time: Timestamp, _ reason: String) -> DREnded {
        (status, endsAt, self.reason) = (.ended, time, reason)
        return DREnded(
            id: id, name: name, kind: kind, status: status.rawValue, startsAt: startsAt, endsAt: time, reason: reason)
    }

    private var ended: String {
        let end = endsAt.map { "\($0)" } ?? "an unknown time"
        return "order \(id) has already ended: it ran from \(startsAt) to \(end), \(reason ?? Self.endedByOperator)"
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        guard let status = Status(rawValue: try fields.required("status")) else {
            throw JSONError(field: "status", .outOfRange)
        }
        self.init(
            id: try fields.required("id"), name: try fields.required("name"), kind: try fields.required("type"),
            status: status, startsAt: try fields.required("startsAt"), endsAt: try fields.optional("endsAt"),
            reason: try fields.optional("reason"))
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", status.rawValue)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        json.field("reason", ifThere: reason)
    }
}

/// The orders, by their ids. None is ever deleted: an id is used once.
package enum Orders: Table {
    package typealias Row = Order
    package static let name: StaticString = "orders"
}
