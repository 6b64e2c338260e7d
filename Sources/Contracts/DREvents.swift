package import JSON

/// An order runs: those are asked whom it is meant for.
package struct DRStarted: Message {
    package static let type: MessageType = "DRstarted"
    package var id: OrderID
    package var name: String
    package var kind: String
    package var status: String
    package var startsAt: Timestamp
    package var endsAt: Timestamp?
    /// By whose rules it runs; nil in an order of an earlier version.
    package var rules: OrderRules?
    /// Whom it asks; nil: everybody.
    package var targets: OrderTargets?
    /// What is to be reduced, in Wh an hour, where that is said.
    package var quantity: Int64?
    /// What of it each of the resources is to reduce, by its place; empty where that is not known.
    package var parts: [Int64] = []
    /// It tests whether customers reduce, and is settled by the price of tests.
    package var isTest: Bool

    package init(
        id: OrderID, name: String, kind: String, status: String, startsAt: Timestamp, endsAt: Timestamp?,
        rules: OrderRules? = nil, targets: OrderTargets? = nil, quantity: Int64? = nil, isTest: Bool = false
    ) {
        (self.id, self.name, self.kind, self.status) = (id, name, kind, status)
        (self.startsAt, self.endsAt, self.rules) = (startsAt, endsAt, rules)
        (self.targets, self.quantity, self.isTest) = (targets, quantity, isTest)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        name = try fields.text("name")
        kind = try fields.text("type", atMost: 50)
        status = try fields.text("status", atMost: 50)
        startsAt = try fields.required("startsAt")
        endsAt = try fields.optional("endsAt")
        rules = try OrderRules(fields)
        targets = try OrderTargets(fields)
        quantity = try fields.optional("quantity", in: Limits.quantity)
        parts = try fields.parts(of: targets)
        isTest = try fields.optional("test") ?? false
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", status)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        rules?.write(&json)
        targets?.write(&json)
        if let quantity { json.field("quantity", quantity) }
        if !parts.isEmpty { json.field("resourceQuantities", parts) }
        if isTest { json.field("test", true) }
    }
}

/// An order is over: answers given by `endsAt` count. One that was ended before it began ends at its start.
package struct DREnded: Message {
    package static let type: MessageType = "DrEnded"
    package var id: OrderID
    package var name: String
    package var kind: String
    package var status: String
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    package var reason: String
    /// Nothing was asked of anybody then.
    package var hasNoLength: Bool { endsAt <= startsAt }

    package init(
        id: OrderID, name: String, kind: String, status: String, startsAt: Timestamp, endsAt: Timestamp, reason: String
    ) {
        (self.id, self.name, self.kind, self.status) = (id, name, kind, status)
        (self.startsAt, self.endsAt, self.reason) = (startsAt, endsAt, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        name = try fields.text("name")
        kind = try fields.text("type", atMost: 50)
        status = try fields.text("status", atMost: 50)
        startsAt = try fields.required("startsAt")
        endsAt = try fields.required("endsAt")
        reason = try fields.text("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", status)
        json.field("startsAt", startsAt)
        json.field("endsAt", endsAt)
        json.field("reason", reason)
    }
}

/// An order that has not ended has another end, orders another quantity, or asks others.
package struct DRChanged: Message {
    package static let type: MessageType = "DrChanged"
    package var id: OrderID
    package var name: String
    package var kind: String
    package var status: String
    /// How often it has been changed by now: of two changes the one with the higher version holds, whichever is read
    /// last. That an order has ended or was cancelled is final, and holds against any change.
    package var version: Int64
    package var startsAt: Timestamp
    /// The end that it has now; nil: until someone ends it.
    package var endsAt: Timestamp?
    /// Limits of its kind that it passes with this end, since that was forced.
    package var forced: [String]
    /// Whom it asks now; nil: as it was announced.
    package var targets: OrderTargets?
    /// What is to be reduced now, in Wh an hour, where that is said.
    package var quantity: Int64?
    /// What of it each of the resources is to reduce, by its place; empty where that is not known.
    package var parts: [Int64] = []

    package init(
        id: OrderID, name: String, kind: String, status: String, version: Int64, startsAt: Timestamp,
        endsAt: Timestamp?, forced: [String] = [], targets: OrderTargets? = nil, quantity: Int64? = nil
    ) {
        (self.id, self.name, self.kind, self.status) = (id, name, kind, status)
        (self.version, self.startsAt, self.endsAt, self.forced) = (version, startsAt, endsAt, forced)
        (self.targets, self.quantity) = (targets, quantity)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        name = try fields.text("name")
        kind = try fields.text("type", atMost: 50)
        status = try fields.text("status", atMost: 50)
        version = try fields.required("version", in: Limits.version)
        startsAt = try fields.required("startsAt")
        endsAt = try fields.optional("endsAt")
        forced = fields.has("forced") ? try fields.strings("forced", atMost: 20) : []
        targets = try OrderTargets(fields)
        quantity = try fields.optional("quantity", in: Limits.quantity)
        parts = try fields.parts(of: targets)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", status)
        json.field("version", version)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        if !forced.isEmpty { json.field("forced", forced) }
        targets?.write(&json)
        if let quantity { json.field("quantity", quantity) }
        if !parts.isEmpty { json.field("resourceQuantities", parts) }
    }
}

/// An order is withdrawn, before or during its time: no answer counts, nobody is checked, nobody is paid.
package struct DRCancelled: Message {
    package static let type: MessageType = "DrCancelled"
    package var id: OrderID
    package var name: String
    package var kind: String
    package var status: String
    package var startsAt: Timestamp
    /// The end that was planned.
    package var endsAt: Timestamp?
    package var cancelledAt: Timestamp
    package var reason: String

    package init(
        id: OrderID, name: String, kind: String, status: String, startsAt: Timestamp, endsAt: Timestamp?,
        cancelledAt: Timestamp, reason: String
    ) {
        (self.id, self.name, self.kind, self.status) = (id, name, kind, status)
        (self.startsAt, self.endsAt, self.cancelledAt, self.reason) = (startsAt, endsAt, cancelledAt, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        name = try fields.text("name")
        kind = try fields.text("type", atMost: 50)
        status = try fields.text("status", atMost: 50)
        startsAt = try fields.required("startsAt")
        endsAt = try fields.optional("endsAt")
        cancelledAt = try fields.required("cancelledAt")
        reason = try fields.text("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", status)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        json.field("cancelledAt", cancelledAt)
        json.field("reason", reason)
    }
}

extension Fields {
    /// As many as there are resources, or none.
    fileprivate func parts(of targets: OrderTargets?) throws(JSONError) -> [Int64] {
        guard let targets, has("resourceQuantities") else { return [] }
        let values = try numbers(
            "resourceQuantities", in: 0...Limits.quantity.upperBound, atMost: Limits.resources)
        let parts = values.compactMap { $0 }
        guard parts.count == targets.resources.count, values.count == parts.count else {
            throw JSONError(
                field: "resourceQuantities", .outOfRange, found: "has not one number for each of \"resources\"")
        }
        return parts
    }
}
