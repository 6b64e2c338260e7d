package import JSON

/// Tells a customer from now on, over these channels: the first one first.
package struct SetContact: Message {
    package static let type: MessageType = "SetContact"
    package static var hints: [String: String]? { outsidersHints }
    package var user: UserID
    package var contact: Contact

    package init(user: UserID, contact: Contact) { (self.user, self.contact) = (user, contact) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.clean("userId")
        contact = try Contact(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        contact.write(&json)
    }
}

/// The customer is told no more, and what was known of how to reach him is forgotten.
package struct RemoveContact: Message {
    package static let type: MessageType = "RemoveContact"
    package static var hints: [String: String]? { outsidersHints }
    package var user: UserID

    package init(user: UserID) { self.user = user }
    package init(_ fields: borrowing Fields) throws(JSONError) { user = try fields.required("userId") }
    package func write(_ json: inout JSONWriter) { json.field("userId", user) }
}

/// A receiver's receipt: whether a notice that it has accepted has reached the customer.
package struct ConfirmNotice: Message {
    package static let type: MessageType = "ConfirmNotice"
    package static var hints: [String: String]? { outsidersHints }
    package var key: NoticeKey
    package var isDelivered: Bool

    package init(_ key: NoticeKey, isDelivered: Bool) { (self.key, self.isDelivered) = (key, isDelivered) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        key = try fields.noticeKey("key")
        switch try fields.string("state", atMost: 20) {
        case "delivered": isDelivered = true
        case "failed": isDelivered = false
        default: throw JSONError(field: "state", .unfitWord)
        }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("key", key)
        json.field("state", isDelivered ? "delivered" : "failed")
    }
}

/// The customer has seen a notice.
package struct AcknowledgeNotice: Message {
    package static let type: MessageType = "AcknowledgeNotice"
    package static var hints: [String: String]? { outsidersHints }
    package var key: NoticeKey

    package init(_ key: NoticeKey) { self.key = key }
    package init(_ fields: borrowing Fields) throws(JSONError) { key = try fields.noticeKey("key") }
    package func write(_ json: inout JSONWriter) { json.field("key", key) }
}

/// What a call has come to for one notice: notify tells itself.
package struct NoticeAnswered: Message {
    package static let type: MessageType = "NoticeAnswered"

    package enum Outcome: String, Sendable, CaseIterable {
        /// The receiver has taken it, or had taken it before.
        case accepted, duplicate
        /// It does not take it, and would not another time.
        case refused
        /// Nobody knows: it may be told again.
        case unavailable
    }

    package var key: NoticeKey
    /// Which call it was: an earlier one says nothing any more.
    package var attempt: Int64
    package var outcome: Outcome

    package init(_ key: NoticeKey, attempt: Int64, outcome: Outcome) {
        (self.key, self.attempt, self.outcome) = (key, attempt, outcome)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        key = try fields.noticeKey("key")
        attempt = try fields.required("attempt", in: 0...Limits.sum.upperBound)
        guard let outcome = Outcome(rawValue: try fields.string("outcome", atMost: 20)) else {
            throw JSONError(field: "outcome", .unfitWord)
        }
        self.outcome = outcome
    }

    package func write(_ json: inout JSONWriter) {
        json.field("key", key)
        json.field("attempt", attempt)
        json.field("outcome", outcome.rawValue)
    }
}

/// What to write in an outsider's message in place of what was refused.
private let outsidersHints = [
    "channels": "1 to \(ContactChannel.limit) objects with channel and address",
    "channel": "a name of lower-case letters, digits and hyphens",
    "address": "1 to \(ContactChannel.addressLimit) characters", "language": "ko or en",
    "quietHours": #"{"from": "22:00", "to": "08:00"}, which differ"#,
    "state": "delivered or failed", "key": "the key that came with the notice",
]
