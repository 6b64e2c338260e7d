package import Contracts
package import JSON

/// Since when a customer is one, and until when. Commands come by several ways, and dead letters are replayed at any
/// time: an older one does not undo a newer one. In rows of earlier versions nothing of it stands.
package struct Stay: Hashable, Sendable {
    /// The registration's time, of several the last one's.
    package private(set) var registeredAt: Timestamp?
    /// The latest time of the changes since; nil when there were none.
    package private(set) var updatedAt: Timestamp?
    /// nil as long as the customer has not left.
    package private(set) var leftAt: Timestamp?

    package init(since time: Timestamp? = nil) { registeredAt = time }

    /// - Returns: from when on the change holds. One that was sent earlier and read later changes what is so now, not
    ///   what was so then.
    package mutating func update(at time: Timestamp) -> Timestamp {
        if let latest = updatedAt ?? registeredAt, time <= latest { return latest }
        updatedAt = time
        return time
    }

    /// A change that was sent later and read earlier was a customer's: he left behind it.
    /// - Returns: when he left.
    package mutating func leave(at time: Timestamp) -> Timestamp {
        let leftAt = max(time, updatedAt ?? time)
        self.leftAt = leftAt
        return leftAt
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        registeredAt = try fields.optional("registeredAt")
        updatedAt = try fields.optional("updatedAt")
        leftAt = try fields.optional("leftAt")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("registeredAt", ifThere: registeredAt)
        json.field("updatedAt", ifThere: updatedAt)
        json.field("leftAt", ifThere: leftAt)
    }
}
