package import JSON

/// Takes a customer off: later orders do not ask him any more. His points stay, to be paid out.
package struct LeaveUser: Message {
    package static let type: MessageType = "LeaveUser"
    package var id: UserID
    package var reason: String?

    package init(id: UserID, reason: String? = nil) { (self.id, self.reason) = (id, reason) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        reason = try fields.optionalText("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("reason", ifThere: reason)
    }
}

/// LeaveUser by the name that programs use which keep tables in step.
package struct DeleteUser: Message {
    package static let type: MessageType = "DeleteUser"
    package var leave: LeaveUser
    package init(_ leave: LeaveUser) { self.leave = leave }
    package init(_ fields: borrowing Fields) throws(JSONError) { leave = try LeaveUser(fields) }
    package func write(_ json: inout JSONWriter) { leave.write(&json) }
}
