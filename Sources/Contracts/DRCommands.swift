package import JSON

/// Asks to start an order, now or at `startsAt`.
package struct StartDr: Message {
    package static let type: MessageType = "StartDr"
    /// nil: one is derived from when and for what it was asked.
    package var id: OrderID?
    package var name: String
    package var kind: String
    package var startsAt: Timestamp?
    /// An order with an end ends by itself.
    package var endsAt: Timestamp?
    /// An emergency: the limits of the order's kind do not hold, which is noted.
    package var isForced: Bool
    /// It tests whether customers reduce: it runs as any other, and is settled by the price of tests.
    package var isTest: Bool
    /// Whom it asks.
    package var targets: WantedTargets

    package init(
        id: OrderID?, name: String, kind: String, startsAt: Timestamp? = nil, endsAt: Timestamp? = nil,
        isForced: Bool = false, isTest: Bool = false, targets: WantedTargets = .init()
    ) {
        (self.id, self.name, self.kind, self.startsAt, self.endsAt) = (id, name, kind, startsAt, endsAt)
        (self.isForced, self.isTest, self.targets) = (isForced, isTest, targets)
    }

    package static let lookalikes = Lookalike.start + Lookalike.end + Lookalike.targets + Lookalike.test

    package init(_ fields: borrowing Fields) throws(JSONError) { try self.init(fields, otherThan: nil) }

    /// - Parameter own: the look-alike that the caller reads himself.
    package init(_ fields: borrowing Fields, otherThan own: StaticString?) throws(JSONError) {
        try fields.refuse(Self.lookalikes.filter { $0.name.description != own?.description })
        id = try fields.optionalClean("id")
        name = try fields.name("name")
        kind = try fields.text("type", atMost: 50)
        startsAt = try fields.optional("startsAt")
        endsAt = try fields.optional("endsAt")
        isForced = try fields.optional("force") ?? false
        isTest = try fields.optional("test") ?? false
        targets = try WantedTargets(fields)
    }

    package func write(_ json: inout JSONWriter) {
        if let id { json.field("id", id) }
        json.field("name", name)
        json.field("type", kind)
        json.field("startsAt", ifThere: startsAt)
        json.field("endsAt", ifThere: endsAt)
        if isForced { json.field("force", true) }
        if isTest { json.field("test", true) }
        targets.write(&json)
    }
}

/// Asks to end an order now.
package struct EndDr: Message {
    package static let type: MessageType = "EndDr"
    package static let lookalikes = Lookalike.end
    package var id: OrderID
    /// In the future it makes this a ChangeDr.
    package var endsAt: Timestamp?
    package var reason: String?

    package init(id: OrderID, endsAt: Timestamp? = nil, reason: String? = nil) {
        (self.id, self.endsAt, self.reason) = (id, endsAt, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        try fields.refuse(Self.lookalikes)
        id = try fields.required("id")
        endsAt = try fields.optional("endsAt")
        reason = try fields.optionalText("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("endsAt", ifThere: endsAt)
        json.field("reason", ifThere: reason)
    }
}

/// Asks to change an order that has not ended: to move its end, to an earlier or a later time, to say another quantity,
/// or to ask others.
package struct ChangeDr: Message {
    package static let type: MessageType = "ChangeDr"
    package static let lookalikes = Lookalike.end + Lookalike.fixedStart + Lookalike.targets
    package var id: OrderID
    /// nil leaves it, as what is not said of the targets.
    package var endsAt: Timestamp?
    /// As of StartDr.
    package var isForced: Bool
    /// Whom it asks from now on, and what is to be reduced.
    package var targets: WantedTargets

    package init(
        id: OrderID, endsAt: Timestamp? = nil, isForced: Bool = false, targets: WantedTargets = .init()
    ) {
        (self.id, self.endsAt, self.isForced, self.targets) = (id, endsAt, isForced, targets)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        try fields.refuse(Self.lookalikes)
        id = try fields.required("id")
        endsAt = try fields.optional("endsAt")
        isForced = try fields.optional("force") ?? false
        targets = try WantedTargets(fields)
        if endsAt == nil, targets.isNothing { throw JSONError(field: "endsAt", .missing) }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("endsAt", ifThere: endsAt)
        if isForced { json.field("force", true) }
        targets.write(&json)
    }
}

/// Asks to withdraw an order that has not ended: nobody is checked, and nobody is paid.
package struct CancelDr: Message {
    package static let type: MessageType = "CancelDr"
    package static let lookalikes = Lookalike.noEnd
    package var id: OrderID
    package var reason: String?

    package init(id: OrderID, reason: String? = nil) { (self.id, self.reason) = (id, reason) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        try fields.refuse(Self.lookalikes)
        id = try fields.required("id")
        reason = try fields.optionalText("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("reason", ifThere: reason)
    }
}
