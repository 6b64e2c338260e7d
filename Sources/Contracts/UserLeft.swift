package import JSON

/// A customer has left: orders announced at `leftAt` or later do not ask him.
package struct UserLeft: Message {
    package static let type: MessageType = "UserLeft"
    package var id: UserID
    package var leftAt: Timestamp
    package var reason: String?

    package init(id: UserID, leftAt: Timestamp, reason: String?) {
        (self.id, self.leftAt, self.reason) = (id, leftAt, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        leftAt = try fields.required("leftAt")
        reason = try fields.optionalText("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("leftAt", leftAt)
        json.field("reason", ifThere: reason)
    }
}
