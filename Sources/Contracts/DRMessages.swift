package import JSON

/// Asks to start an order, now or at `startsAt`.
package struct StartDr: Message {
    package static let type: MessageType = "StartDr"
    /// nil: one is derived from where the record lies.
    package var id: OrderID?
    package var name: String
    package var kind: String
    package var startsAt: Timestamp?
    /// An order with an end ends by itself.
    package var endsAt: Timestamp?

    package init(id: OrderID?, name: String, kind: String, startsAt: Timestamp? = nil, endsAt: Timestamp? = nil) {
        (self.id, self.name, self.kind, self.startsAt, self.endsAt) = (id, name, kind, startsAt, endsAt)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.optionalClean("id")
        name = try fields.name("name")
        kind = try fields.text("type", atMost: 50)
        startsAt = try fields.optional("startsAt")
        endsAt = try fields.optional("endsAt")
    }

    package func write(_ json: inout JSONWriter) {
        if let id { json.field("id", id) }
        json.field("name", name)
        json.field("type", kind)
        json.field("startsAt", ifThere: startsAt)
        json.field("endsAt", ifThere: endsAt)
    }
}

/// Asks to end an order now.
package struct EndDr: Message {
    package static let type: MessageType = "EndDr"
    package var id: OrderID
    package var reason: String?

    package init(id: OrderID, reason: String? = nil) { (self.id, self.reason) = (id, reason) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        reason = try fields.optionalText("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("reason", ifThere: reason)
    }
}

/// An order runs: everybody is asked.
package struct DRStarted: Message {
    package static let type: MessageType = "DRstarted"
    package var id: OrderID
    package var name: String
    package var kind: String
    package var status: String
    package var startsAt: Timestamp
    package var endsAt: Timestamp?

    package init(id: OrderID, name: String, kind: String, status: String, startsAt: Timestamp, endsAt: Timestamp?) {
        (self.id, self.name, self.kind, self.status) = (id, name, kind, status)
        (self.startsAt, self.endsAt) = (startsAt, endsAt)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        name = try fields.text("name")
        kind = try fields.text("type", atMost: 50)
        status = try fields.text("status", atMost: 50)
        startsAt = try fields.required("startsAt")
        endsAt = try fields.optional("endsAt")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", status)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
    }
}

/// An order is over: answers given by `endsAt` count.
package struct DREnded: Message {
    package static let type: MessageType = "DrEnded"
    package var id: OrderID
    package var name: String
    package var kind: String
    package var status: String
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    package var reason: String

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
