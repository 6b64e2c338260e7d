package import Contracts
package import JSON
package import Workers

/// A demand-response order and what may become of it. No clock, no I/O: time comes in as an argument.
package struct Order: Row, Hashable {
    package enum Status: String, Sendable { case started, ended, cancelled }

    package let id: OrderID
    package let name: String
    package let kind: String
    package private(set) var status: Status
    package let startsAt: Timestamp
    /// When it will end by itself, if it does; once it has ended, when that was; of a cancelled one, when it would have
    /// ended.
    package private(set) var endsAt: Timestamp?
    package private(set) var cancelledAt: Timestamp?
    /// Why it has ended or was cancelled.
    package private(set) var reason: String?
    /// How often its end has been changed.
    package private(set) var version: Int64 = 0
    /// By whose rules it runs; nil in an order of an earlier version.
    package var rules: OrderRules?
    /// The day on which it is counted among the orders of its kind; nil where these are not counted.
    package var countedOn: String?
    /// Whom it asks; nil: everybody.
    package var targets: OrderTargets?
    /// What is to be reduced, in Wh an hour, where that was said.
    package var quantity: Int64?
    /// It tests whether customers reduce.
    package private(set) var isTest = false

    package static let endTimeReached = "its end time was reached"
    package static let endedByOperator = "ended by an operator"
    package static let cancelledByOperator = "cancelled by an operator"

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
        isTest = start.isTest
    }

    /// What to say to another start of the same id.
    package var secondStart: Rejection {
        switch status {
        case .started:
            let end = endsAt.map { "\($0)" } ?? "an operator ends it"
            return .conflict("order \(id) already exists: it runs from \(startsAt) until \(end)")
        case .ended, .cancelled: return .conflict("\(over); another order needs another id")
        }
    }

    package var started: DRStarted {
        DRStarted(
            id: id, name: name, kind: kind, status: Status.started.rawValue, startsAt: startsAt, endsAt: endsAt,
            rules: rules, targets: targets, quantity: quantity, isTest: isTest)
    }

    /// Ends it because someone asks for that at `time`. When its own end has passed by then, that one counts: whether
    /// its timer or this request comes first makes no difference. One that has not begun ends at its start: it has no
    /// length then, and asks nothing of anybody.
    package mutating func end(at time: Timestamp, reason: String?) throws(Rejection) -> DREnded {
        guard status == .started else { throw .conflict(over) }
        if let endsAt, endsAt <= time { return close(at: endsAt, Self.endTimeReached) }
        return close(at: max(time, startsAt), reason ?? Self.endedByOperator)
    }

    /// Ends it at its own end time, which is reached. nil when that is not what it waits for: it has ended already.
    package mutating func end(due: Timestamp) -> DREnded? {
        guard status == .started, endsAt == due else { return nil }
        return close(at: due, Self.endTimeReached)
    }

    /// Gives it another end, others to ask or another quantity because someone asks for that at `time`; what is nil
    /// stays.
    /// - Parameter forced: the limits of its kind that it passes with its end, since that is forced.
    package mutating func change(
        end: Timestamp?, targets others: OrderTargets? = nil, quantity another: Int64? = nil, at time: Timestamp,
        forced: [String] = []
    ) throws(Rejection) -> DRChanged {
        try checkNotOver(at: time)
        if let end { try OrderLimits.checkEnd(id, from: startsAt, until: end, askedFor: time, by: "change") }
        let before = (endsAt, targets, quantity)
        (endsAt, targets, quantity) = (end ?? endsAt, others ?? targets, another ?? quantity)
        guard before != (endsAt, targets, quantity) else {
            guard let end, others == nil, another == nil else {
                throw .conflict("order \(id) is not changed: this is its quantity already, and these are whom it asks")
            }
            throw .conflict("order \(id) already ends at \(end); to end it now send EndDr without endsAt")
        }
        version += 1
        rules?.forced += forced
        return changed(forced: forced)
    }

    /// What is said of its last change.
    func changed(forced: [String]) -> DRChanged {
        DRChanged(
            id: id, name: name, kind: kind, status: status.rawValue, version: version, startsAt: startsAt,
            endsAt: endsAt, forced: forced, targets: targets, quantity: quantity)
    }

    /// Withdraws it because someone asks for that at `time`.
    package mutating func cancel(at time: Timestamp, reason: String?) throws(Rejection) -> DRCancelled {
        try checkNotOver(at: time)
        let reason = reason ?? Self.cancelledByOperator
        (status, cancelledAt, self.reason) = (.cancelled, time, reason)
        return DRCancelled(
            id: id, name: name, kind: kind, status: status.rawValue, startsAt: startsAt, endsAt: endsAt,
            cancelledAt: time, reason: reason)
    }

    /// One whose own end has passed by then has ended, whether its timer has fired or not.
    func checkNotOver(at time: Timestamp) throws(Rejection) {
        guard status == .started else { throw .conflict(over) }
        if let endsAt, endsAt <= time { throw .conflict(ended(at: endsAt, Self.endTimeReached)) }
    }

    private mutating func close(at time: Timestamp, _ reason: String) -> DREnded {
        (status, endsAt, self.reason) = (.ended, time, reason)
        return DREnded(
            id: id, name: name, kind: kind, status: status.rawValue, startsAt: startsAt, endsAt: time, reason: reason)
    }

    private var over: String {
        guard let cancelledAt else { return ended(at: endsAt, reason ?? Self.endedByOperator) }
        return "order \(id) was cancelled at \(cancelledAt), \(reason ?? Self.cancelledByOperator)"
    }

    private func ended(at end: Timestamp?, _ reason: String) -> String {
        let end = end.map { "\($0)" } ?? "an unknown time"
        return "order \(id) has already ended: it ran from \(startsAt) to \(end), \(reason)"
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        guard let status = Status(rawValue: try fields.required("status")) else {
            throw JSONError(field: "status", .outOfRange)
        }
        self.init(
            id: try fields.required("id"), name: try fields.required("name"), kind: try fields.required("type"),
            status: status, startsAt: try fields.required("startsAt"), endsAt: try fields.optional("endsAt"),
            reason: try fields.optional("reason"))
        version = try fields.optional("version", in: Limits.version) ?? 0
        // Versions that know of no cancellation take it for an end.
        rules = try OrderRules(fields)
        countedOn = try fields.optionalText("countedOn", atMost: 10)
        targets = try OrderTargets(fields)
        quantity = try fields.optional("quantity", in: Limits.quantity)
        isTest = try fields.optional("test") ?? false
        cancelledAt = try fields.optional("cancelledAt")
        if cancelledAt != nil { self.status = .cancelled }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", (status == .cancelled ? .ended : status).rawValue)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        if version > 0 { json.field("version", version) }
        json.field("cancelledAt", ifThere: cancelledAt)
        json.field("reason", ifThere: reason)
        rules?.write(&json)
        json.field("countedOn", ifThere: countedOn)
        targets?.write(&json)
        if let quantity { json.field("quantity", quantity) }
        if isTest { json.field("test", true) }
    }
}
