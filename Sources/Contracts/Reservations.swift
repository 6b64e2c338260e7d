package import JSON

/// dr to the partition that counts the orders of a kind: an order wants to start, and what is allowed. The limits are
/// those by which the order's own partition decides, whichever market the other one has.
package struct ReserveOrder: Message {
    package static let type: MessageType = "ReserveOrder"
    package var order: OrderID
    package var kind: String
    /// On which the order starts, in the market's zone, as 2026-11-20.
    package var day: String
    package var startsAt: Timestamp
    package var endsAt: Timestamp?
    package var isForced: Bool
    package var limits: CountLimits

    package init(
        order: OrderID, kind: String, day: String, startsAt: Timestamp, endsAt: Timestamp?, isForced: Bool,
        limits: CountLimits
    ) {
        (self.order, self.kind, self.day) = (order, kind, day)
        (self.startsAt, self.endsAt, self.isForced, self.limits) = (startsAt, endsAt, isForced, limits)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        kind = try fields.text("kind", atMost: 50)
        day = try fields.text("day", atMost: 10)
        startsAt = try fields.required("startsAt")
        endsAt = try fields.optional("endsAt")
        isForced = try fields.optional("force") ?? false
        limits = try CountLimits(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("kind", kind)
        json.field("day", day)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        if isForced { json.field("force", true) }
        limits.write(&json)
    }
}

/// How many orders of a kind there may be.
package struct CountLimits: Sendable, Hashable {
    package var ordersADay: Int64?
    package var isContiguousAllowed: Bool
    package var hoursAPeriod: Int64?
    /// The first day of the period, and the first one behind it.
    package var periodFrom: String
    package var periodUntil: String

    package init(
        ordersADay: Int64?, isContiguousAllowed: Bool, hoursAPeriod: Int64?, periodFrom: String, periodUntil: String
    ) {
        (self.ordersADay, self.isContiguousAllowed) = (ordersADay, isContiguousAllowed)
        (self.hoursAPeriod, self.periodFrom, self.periodUntil) = (hoursAPeriod, periodFrom, periodUntil)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        ordersADay = try fields.optional("ordersADay", in: 1...1000)
        isContiguousAllowed = try fields.required("contiguous")
        hoursAPeriod = try fields.optional("hoursAPeriod", in: 1...10_000)
        periodFrom = try fields.text("periodFrom", atMost: 10)
        periodUntil = try fields.text("periodUntil", atMost: 10)
    }

    func write(_ json: inout JSONWriter) {
        if let ordersADay { json.field("ordersADay", ordersADay) }
        json.field("contiguous", isContiguousAllowed)
        if let hoursAPeriod { json.field("hoursAPeriod", hoursAPeriod) }
        json.field("periodFrom", periodFrom)
        json.field("periodUntil", periodUntil)
    }
}

/// The answer: the order is counted and may start, or why not.
package struct OrderReserved: Message {
    package static let type: MessageType = "OrderReserved"
    package var order: OrderID
    /// nil: it is counted.
    package var refusal: String?
    /// Limits that it was allowed to pass.
    package var forced: [String]

    package init(order: OrderID, refusal: String?, forced: [String] = []) {
        (self.order, self.refusal, self.forced) = (order, refusal, forced)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        refusal = try fields.optionalText("refusal", atMost: 1000)
        forced = fields.has("forced") ? try fields.strings("forced", atMost: 20) : []
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("refusal", ifThere: refusal)
        if !forced.isEmpty { json.field("forced", forced) }
    }
}

/// dr to the partition that counts: the order takes another time than was reserved, or none.
package struct MoveReservation: Message {
    package static let type: MessageType = "MoveReservation"
    package var order: OrderID
    package var kind: String
    package var day: String
    /// nil: it counts no more.
    package var endsAt: Timestamp?

    package init(order: OrderID, kind: String, day: String, endsAt: Timestamp?) {
        (self.order, self.kind, self.day, self.endsAt) = (order, kind, day, endsAt)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        kind = try fields.text("kind", atMost: 50)
        day = try fields.text("day", atMost: 10)
        endsAt = try fields.optional("endsAt")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("kind", kind)
        json.field("day", day)
        json.field("endsAt", ifThere: endsAt)
    }
}

/// dr to the partition of an order's id: an order that came without one starts, as it was asked for at that time.
package struct StartNamedDr: Message {
    package static let type: MessageType = "StartNamedDr"
    /// With its id.
    package var start: StartDr
    /// When Kafka got it: by this time it is decided, whenever it is read.
    package var requestedAt: Timestamp

    package init(_ start: StartDr, requestedAt: Timestamp) { (self.start, self.requestedAt) = (start, requestedAt) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        start = StartDr(
            id: try fields.required("id"), name: try fields.text("name"), kind: try fields.text("type", atMost: 50),
            startsAt: try fields.required("startsAt"), endsAt: try fields.optional("endsAt"),
            isForced: try fields.optional("force") ?? false, isTest: try fields.optional("test") ?? false,
            targets: try WantedTargets(fields))
        requestedAt = try fields.required("requestedAt")
    }

    package func write(_ json: inout JSONWriter) {
        start.write(&json)
        json.field("requestedAt", requestedAt)
    }
}
