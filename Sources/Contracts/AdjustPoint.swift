package import JSON

/// An operator corrects a balance by hand: adds points, or takes them off.
package struct AdjustPoint: Message {
    package static let type: MessageType = "AdjustPoint"
    package var id: AdjustmentID
    package var user: UserID
    /// Points, not 0; below 0 they are taken off.
    package var amount: Int64
    package var reason: String
    /// Whether the balance may fall below 0 with it.
    package var isForced: Bool

    package init(id: AdjustmentID, user: UserID, amount: Int64, reason: String, isForced: Bool = false) {
        (self.id, self.user, self.amount) = (id, user, amount)
        (self.reason, self.isForced) = (reason, isForced)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.clean("id")
        user = try fields.required("userId")
        amount = try fields.adjustment("amount")
        reason = try fields.text("reason")
        isForced = try fields.optional("force") ?? false
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("userId", user)
        json.field("amount", amount)
        json.field("reason", reason)
        if isForced { json.field("force", true) }
    }
}

extension Fields {
    /// A change of points that is one.
    package func adjustment(_ name: StaticString) throws(JSONError) -> Int64 {
        let amount = try required(name, in: Limits.points)
        guard amount != 0 else {
            throw JSONError(field: name.description, .outOfRange, found: "is 0: write by how many points")
        }
        return amount
    }
}
