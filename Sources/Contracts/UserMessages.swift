package import JSON

package struct RegisterUser: Message {
    package static let type: MessageType = "RegisterUser"
    package static let lookalikes = Lookalike.resource
    package var id: UserID
    package var name: String
    /// Wh an hour.
    package var capacity: Int64
    /// nil: none.
    package var resource: ResourceID?

    package init(id: UserID, name: String, capacity: Int64, resource: ResourceID? = nil) {
        (self.id, self.name, self.capacity, self.resource) = (id, name, capacity, resource)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        try fields.refuse(Self.lookalikes)
        id = try fields.clean("id")
        name = try fields.name("name")
        capacity = try fields.required("capacity", in: Limits.capacity)
        resource = try fields.assignment("resource") ?? nil
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("capacity", capacity)
        json.field("resource", ifThere: resource)
    }
}

/// Changes what it names and leaves the rest.
package struct UpdateUser: Message {
    package static let type: MessageType = "UpdateUser"
    package static let lookalikes = Lookalike.resource
    package var id: UserID
    package var name: String?
    package var capacity: Int64?
    /// nil leaves it; an empty text takes the customer out of his resource.
    package var resource: ResourceID??

    package init(id: UserID, name: String?, capacity: Int64?, resource: ResourceID?? = nil) {
        (self.id, self.name, self.capacity, self.resource) = (id, name, capacity, resource)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        try fields.refuse(Self.lookalikes)
        id = try fields.required("id")
        name = try fields.optionalName("name")
        capacity = try fields.optional("capacity", in: Limits.capacity)
        resource = try fields.assignment("resource")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", ifThere: name)
        if let capacity { json.field("capacity", capacity) }
        if let resource { json.field("resource", resource?.text ?? "") }
    }
}

/// Takes points off to be paid out: ConfirmWithdrawal or FailWithdrawal says what became of that.
package struct WithdrawPoint: Message {
    package static let type: MessageType = "WithdrawPoint"
    package var id: WithdrawalID
    package var user: UserID
    package var amount: Int64

    package init(id: WithdrawalID, user: UserID, amount: Int64) {
        (self.id, self.user, self.amount) = (id, user, amount)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.clean("id")
        user = try fields.required("userId")
        amount = try fields.required("amount", in: Limits.withdrawal)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("userId", user)
        json.field("amount", amount)
    }
}

/// A customer as he is now: the body of UserRegistered and UserUpdated.
package struct UserState: Sendable, Hashable {
    package var id: UserID
    package var name: String
    /// Wh an hour.
    package var capacity: Int64
    /// The balance.
    package var point: Int64
    /// Which the customer belongs to; nil: none.
    package var resource: ResourceID?

    package init(id: UserID, name: String, capacity: Int64, point: Int64, resource: ResourceID? = nil) {
        (self.id, self.name, self.capacity, self.point, self.resource) = (id, name, capacity, point, resource)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        name = try fields.text("name")
        capacity = try fields.required("capacity", in: Limits.capacity)
        point = try fields.required("point", in: Limits.points)
        resource = try fields.optional("resource")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("capacity", capacity)
        json.field("point", point)
        json.field("resource", ifThere: resource)
    }
}

package struct UserRegistered: Message {
    package static let type: MessageType = "UserRegistered"
    package var user: UserState
    package init(_ user: UserState) { self.user = user }
    package init(_ fields: borrowing Fields) throws(JSONError) { user = try UserState(fields) }
    package func write(_ json: inout JSONWriter) { user.write(&json) }
}

package struct UserUpdated: Message {
    package static let type: MessageType = "UserUpdated"
    package var user: UserState
    /// From when on it holds, where that is later than the event's time: its command was read behind newer ones, and
    /// what they have said stands in the event as well.
    package var updatedAt: Timestamp?

    package init(_ user: UserState, updatedAt: Timestamp? = nil) { (self.user, self.updatedAt) = (user, updatedAt) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try UserState(fields)
        updatedAt = try fields.optional("updatedAt")
    }

    package func write(_ json: inout JSONWriter) {
        user.write(&json)
        json.field("updatedAt", ifThere: updatedAt)
    }
}

/// Points were added, or taken off by a correction, or either by hand, or they have expired.
package struct PointChanged: Message {
    package static let type: MessageType = "PointChanged"
    package var user: UserID
    package var name: String
    package var change: Int64
    /// The balance after the change.
    package var point: Int64
    package var reason: String
    package var order: OrderID?
    /// Of the corrected check whose points differ from what was paid for the order so far; nil for its first check.
    package var version: Int64?
    /// Of a change by hand, which is for no order.
    package var adjustment: AdjustmentID?
    /// Of an expiry: what was earned before this time and was still there has been taken off.
    package var earnedBefore: Timestamp?

    package init(
        user: UserID, name: String, change: Int64, point: Int64, reason: String, order: OrderID?,
        version: Int64? = nil, adjustment: AdjustmentID? = nil, earnedBefore: Timestamp? = nil
    ) {
        (self.user, self.name, self.change, self.point) = (user, name, change, point)
        (self.reason, self.order, self.version, self.adjustment) = (reason, order, version, adjustment)
        self.earnedBefore = earnedBefore
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("id")
        name = try fields.text("name")
        change = try fields.required("change", in: Limits.points)
        point = try fields.required("point", in: Limits.points)
        reason = try fields.text("reason")
        order = try fields.optional("drId")
        version = try fields.optional("version", in: Limits.version)
        adjustment = try fields.optional("adjustment")
        earnedBefore = try fields.optional("earnedBefore")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", user)
        json.field("name", name)
        json.field("change", change)
        json.field("point", point)
        json.field("reason", reason)
        if let order { json.field("drId", order) }
        if let version { json.field("version", version) }
        if let adjustment { json.field("adjustment", adjustment) }
        json.field("earnedBefore", ifThere: earnedBefore)
    }
}

/// Points were taken off, to be paid out.
package struct PointWithdrawn: Message {
    package static let type: MessageType = "PointWithdrawn"
    package var user: UserID
    package var name: String
    package var amount: Int64
    /// The balance after the withdrawal.
    package var point: Int64
    package var withdrawal: WithdrawalID
    /// Requested; nil in events of versions that knew no states.
    package var status: WithdrawalStatus?

    package init(
        user: UserID, name: String, amount: Int64, point: Int64, withdrawal: WithdrawalID, status: WithdrawalStatus?
    ) {
        (self.user, self.name, self.amount, self.point) = (user, name, amount, point)
        (self.withdrawal, self.status) = (withdrawal, status)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("id")
        name = try fields.text("name")
        amount = try fields.required("amount", in: Limits.withdrawal)
        point = try fields.required("point", in: Limits.points)
        withdrawal = try fields.required("withdrawalId")
        status = try fields.withdrawalStatus("status")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", user)
        json.field("name", name)
        json.field("amount", amount)
        json.field("point", point)
        json.field("withdrawalId", withdrawal)
        if let status { json.field("status", status.rawValue) }
    }
}
