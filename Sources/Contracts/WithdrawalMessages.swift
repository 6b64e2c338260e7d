package import JSON

/// How far a withdrawal of points has come. The points are off the balance from the beginning.
package enum WithdrawalStatus: String, Sendable, CaseIterable {
    /// Nobody has said yet what became of it.
    case requested
    case paid
    /// The points are back.
    case failed
}

extension Fields {
    /// nil where there is none: versions that knew no states wrote none.
    package func withdrawalStatus(_ name: StaticString) throws(JSONError) -> WithdrawalStatus? {
        guard has(name) else { return nil }
        let text = try string(name, atMost: 20)
        guard let status = WithdrawalStatus(rawValue: text) else {
            throw JSONError(
                field: name.description, .outOfRange, found: "is \(text.shown), not requested, paid or failed")
        }
        return status
    }
}

/// Whoever pays points out says that a withdrawal has been paid.
package struct ConfirmWithdrawal: Message {
    package static let type: MessageType = "ConfirmWithdrawal"
    package var user: UserID
    package var id: WithdrawalID
    /// By which the payment is found at whoever has made it.
    package var reference: String?

    package init(user: UserID, id: WithdrawalID, reference: String? = nil) {
        (self.user, self.id, self.reference) = (user, id, reference)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("userId")
        id = try fields.required("id")
        reference = try fields.optionalText("reference")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("id", id)
        json.field("reference", ifThere: reference)
    }
}

/// Whoever pays points out says that a withdrawal cannot be paid: its points are given back.
package struct FailWithdrawal: Message {
    package static let type: MessageType = "FailWithdrawal"
    package var user: UserID
    package var id: WithdrawalID
    package var reason: String

    package init(user: UserID, id: WithdrawalID, reason: String) {
        (self.user, self.id, self.reason) = (user, id, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("userId")
        id = try fields.required("id")
        reason = try fields.text("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("id", id)
        json.field("reason", reason)
    }
}

package struct WithdrawalPaid: Message {
    package static let type: MessageType = "WithdrawalPaid"
    package var user: UserID
    package var amount: Int64
    package var withdrawal: WithdrawalID
    package var reference: String?

    package init(user: UserID, amount: Int64, withdrawal: WithdrawalID, reference: String?) {
        (self.user, self.amount, self.withdrawal, self.reference) = (user, amount, withdrawal, reference)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("id")
        amount = try fields.required("amount", in: Limits.withdrawal)
        withdrawal = try fields.required("withdrawalId")
        reference = try fields.optionalText("reference")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", user)
        json.field("amount", amount)
        json.field("withdrawalId", withdrawal)
        json.field("reference", ifThere: reference)
    }
}

/// The points of a withdrawal are back on the balance.
package struct WithdrawalFailed: Message {
    package static let type: MessageType = "WithdrawalFailed"
    package var user: UserID
    /// What the withdrawal had taken off.
    package var change: Int64
    /// The balance after it.
    package var point: Int64
    package var withdrawal: WithdrawalID
    package var reason: String

    package init(user: UserID, change: Int64, point: Int64, withdrawal: WithdrawalID, reason: String) {
        (self.user, self.change, self.point) = (user, change, point)
        (self.withdrawal, self.reason) = (withdrawal, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("id")
        change = try fields.required("change", in: Limits.withdrawal)
        point = try fields.required("point", in: Limits.points)
        withdrawal = try fields.required("withdrawalId")
        reason = try fields.text("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", user)
        json.field("change", change)
        json.field("point", point)
        json.field("withdrawalId", withdrawal)
        json.field("reason", reason)
    }
}
