package import JSON

/// response to each of its partitions: the order has another end, or asks others.
package struct ChangeList: Message {
    package static let type: MessageType = "ChangeList"
    package var order: OrderID
    /// Of DrChanged.
    package var version: Int64
    package var endsAt: Timestamp?
    package var targets: OrderTargets?

    package init(order: OrderID, version: Int64, endsAt: Timestamp?, targets: OrderTargets? = nil) {
        (self.order, self.version, self.endsAt, self.targets) = (order, version, endsAt, targets)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        version = try fields.required("version", in: Limits.version)
        endsAt = try fields.optional("endsAt")
        targets = try OrderTargets(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("version", version)
        json.field("endsAt", ifThere: endsAt)
        targets?.write(&json)
    }
}

/// response to each of its partitions: the order is withdrawn.
package struct CancelList: Message {
    package static let type: MessageType = "CancelList"
    package var order: OrderID
    package var cancelledAt: Timestamp
    package var reason: String

    package init(order: OrderID, cancelledAt: Timestamp, reason: String) {
        (self.order, self.cancelledAt, self.reason) = (order, cancelledAt, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        cancelledAt = try fields.required("cancelledAt")
        reason = try fields.text("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("cancelledAt", cancelledAt)
        json.field("reason", reason)
    }
}

/// The order that a customer was asked for has another end; his answer stays.
package struct ListChanged: Message {
    package static let type: MessageType = "Listchanged"
    package var entry: ListEntry
    /// Of one who has accepted: by which rules the order's load is compared. nil for an order of an earlier version.
    package var kind: OrderKind?

    package init(_ entry: ListEntry, kind: OrderKind? = nil) { (self.entry, self.kind) = (entry, kind) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        entry = try ListEntry(fields, isNamed: false)
        kind = try OrderKind(fields)
    }

    package func write(_ json: inout JSONWriter) {
        entry.write(&json, isNamed: false)
        kind?.write(&json)
    }
}

/// The order that a customer was asked for is withdrawn, or he had left before it: nothing follows from his answer.
package struct ListCancelled: Message {
    package static let type: MessageType = "Listcancelled"
    package var entry: ListEntry
    package var reason: String

    package init(_ entry: ListEntry, reason: String) { (self.entry, self.reason) = (entry, reason) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        entry = try ListEntry(fields, isNamed: false)
        reason = try fields.text("reason")
    }

    package func write(_ json: inout JSONWriter) {
        entry.write(&json, isNamed: false)
        json.field("reason", reason)
    }
}
