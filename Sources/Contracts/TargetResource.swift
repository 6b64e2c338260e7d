package import JSON

/// kepco to a resource's home partition: what an order orders of the resource. The load's target comes of it.
package struct TargetResource: Message {
    package static let type: MessageType = "TargetResource"
    package var order: OrderID
    package var resource: ResourceID
    package var target: OrderedPart

    package init(order: OrderID, resource: ResourceID, target: OrderedPart) {
        (self.order, self.resource, self.target) = (order, resource, target)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        resource = try fields.requiredResource("resource")
        guard let target = try OrderedPart(fields) else { throw JSONError(field: "quantity", .missing) }
        self.target = target
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("resource", resource.text)
        target.write(&json)
    }
}

/// What an order orders of one resource, and when it does.
package struct OrderedPart: Sendable, Hashable {
    /// In Wh an hour.
    package var quantity: Int64
    /// How often the order has been changed by then: of two the higher one holds.
    package var changes: Int64
    package var startsAt: Timestamp
    /// The planned end; nil where there is none.
    package var endsAt: Timestamp?

    package init(quantity: Int64, changes: Int64, startsAt: Timestamp, endsAt: Timestamp?) {
        (self.quantity, self.changes) = (quantity, changes)
        (self.startsAt, self.endsAt) = (startsAt, endsAt)
    }

    /// nil where nothing is ordered.
    package init?(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("quantity") else { return nil }
        quantity = try fields.required("quantity", in: 0...Limits.quantity.upperBound)
        changes = try fields.required("changes", in: 0...Limits.version.upperBound)
        startsAt = try fields.required("orderStartsAt")
        endsAt = try fields.optional("orderEndsAt")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("quantity", quantity)
        json.field("changes", changes)
        json.field("orderStartsAt", startsAt)
        json.field("orderEndsAt", ifThere: endsAt)
    }

    /// What is ordered of each of so many quarter hours, from the one on in which the order starts.
    package func milliWh(quarters count: Int) -> [Int64] {
        let quarter: Int64 = 900_000
        let first = startsAt.milliseconds - ((startsAt.milliseconds % quarter) + quarter) % quarter
        return (0..<Int64(count)).map { place in
            let start = first + place * quarter
            let from = max(start, startsAt.milliseconds)
            let until = min(start + quarter, endsAt?.milliseconds ?? .max)
            // A millisecond is a 3,600,000th of an hour.
            return max(0, until - from) * quantity / 3_600
        }
    }
}
