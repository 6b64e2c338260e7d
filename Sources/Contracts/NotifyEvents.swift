package import JSON

/// How a customer is told is known from here on. It says nothing of addresses.
package struct ContactSet: Message {
    package static let type: MessageType = "ContactSet"
    package var user: UserID
    /// Their names, in the order in which they are tried.
    package var channels: [String]

    package init(user: UserID, channels: [String]) { (self.user, self.channels) = (user, channels) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("userId")
        channels = try fields.strings("channels", atMost: ContactChannel.limit)
        if channels.isEmpty || !channels.allSatisfy(ContactChannel.isName) {
            throw JSONError(field: "channels", .unfitWord)
        }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("channels", channels)
    }
}

/// A customer is told no more.
package struct ContactRemoved: Message {
    package static let type: MessageType = "ContactRemoved"
    package var user: UserID

    package init(user: UserID) { self.user = user }
    package init(_ fields: borrowing Fields) throws(JSONError) { user = try fields.required("userId") }
    package func write(_ json: inout JSONWriter) { json.field("userId", user) }
}

/// Which notice something has become of: the body of the events of one. It says neither text nor address.
package struct NoticeNews: Hashable, Sendable {
    package var key: NoticeKey
    package var kind: NoticeKind

    package init(_ key: NoticeKey, _ kind: NoticeKind) { (self.key, self.kind) = (key, kind) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        key = try fields.noticeKey("key")
        kind = try fields.noticeKind("kind")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", key.user)
        if key.subject.isOfOrder { json.field("drId", key.reference) }
        json.field("kind", kind.rawValue)
        json.field("channel", key.channel)
        json.field("key", key)
    }
}

/// A receiver has taken a notice.
package struct NoticeAccepted: Message {
    package static let type: MessageType = "NoticeAccepted"
    package var news: NoticeNews
    package init(_ news: NoticeNews) { self.news = news }
    package init(_ fields: borrowing Fields) throws(JSONError) { news = try NoticeNews(fields) }
    package func write(_ json: inout JSONWriter) { news.write(&json) }
}

/// It has reached the customer, as its receiver says.
package struct NoticeDelivered: Message {
    package static let type: MessageType = "NoticeDelivered"
    package var news: NoticeNews
    package init(_ news: NoticeNews) { self.news = news }
    package init(_ fields: borrowing Fields) throws(JSONError) { news = try NoticeNews(fields) }
    package func write(_ json: inout JSONWriter) { news.write(&json) }
}

/// The customer has seen it.
package struct NoticeSeen: Message {
    package static let type: MessageType = "NoticeSeen"
    package var news: NoticeNews
    package init(_ news: NoticeNews) { self.news = news }
    package init(_ fields: borrowing Fields) throws(JSONError) { news = try NoticeNews(fields) }
    package func write(_ json: inout JSONWriter) { news.write(&json) }
}

/// The customer is not told that any more.
package struct NoticeFailed: Message {
    package static let type: MessageType = "NoticeFailed"

    package enum Reason: String, Sendable, CaseIterable {
        /// The last channel's receiver does not take it.
        case refused
        /// It could not be reached as long as there was something to say.
        case unavailable
        /// It has taken it, and not brought it to the customer.
        case undelivered
        /// It would say nothing any more.
        case tooLate = "too-late"
        /// So many notices of the customer are waited for.
        case tooMany = "too-many"
    }

    package var news: NoticeNews
    package var reason: Reason

    package init(_ news: NoticeNews, _ reason: Reason) { (self.news, self.reason) = (news, reason) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        news = try NoticeNews(fields)
        guard let reason = Reason(rawValue: try fields.string("reason", atMost: 20)) else {
            throw JSONError(field: "reason", .unfitWord)
        }
        self.reason = reason
    }

    package func write(_ json: inout JSONWriter) {
        news.write(&json)
        json.field("reason", reason.rawValue)
    }
}
