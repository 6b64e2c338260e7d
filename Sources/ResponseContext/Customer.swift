package import Contracts
package import JSON
import Workers

/// What response knows of a customer.
package struct Customer: Row, Hashable {
    package private(set) var name: String
    /// Wh an hour.
    package private(set) var capacity: Int64
    /// Who was a customer when an order was announced is asked.
    package private(set) var membership: Membership
    /// Orders ask by it who belonged to which resource when they were announced.
    package private(set) var resources = ResourceTimes()
    /// When the name and the capacity were so.
    package private(set) var updatedAt: Timestamp

    /// As the first event about a customer states it. If that is an update, the registration is out of reach or still
    /// to come: the customer counts as one from this moment on.
    package init(_ user: UserState, at time: Timestamp) {
        (name, capacity) = (user.name, user.capacity)
        (membership, updatedAt) = (Membership(since: time), time)
        resources.state(user.resource, at: time, before: [])
    }

    /// The time of the newest event that was read about the customer.
    package var toldAt: Timestamp { max(updatedAt, membership.lastLeaving ?? updatedAt) }

    /// Takes in a further event of this time. An older one does not overwrite a newer one. An update of one who had
    /// left by then tells of a registration that is still to come.
    package mutating func learn(_ user: UserState, at time: Timestamp, isRegistration: Bool) {
        let isBack = membership.leftAt.map { time > $0 } ?? false
        resources.state(user.resource, at: time, before: [membership.registeredAt, updatedAt])
        if isRegistration || isBack { membership.register(at: time) }
        guard time >= updatedAt else { return }
        (name, capacity, updatedAt) = (user.name, user.capacity, time)
    }

    /// Who has been registered or updated since then is a customer all the same.
    package mutating func leave(at time: Timestamp) {
        membership.leave(at: time)
        if membership.leftAt == time, updatedAt > time { membership.register(at: updatedAt) }
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        name = try fields.required("name")
        capacity = try fields.required("capacity", in: Limits.capacity)
        membership = try Membership(fields)
        updatedAt = try fields.required("updatedAt")
        resources = try ResourceTimes(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("name", name)
        json.field("capacity", capacity)
        membership.write(&json)
        json.field("updatedAt", updatedAt)
        resources.write(&json)
    }
}

/// The shard's customers, by id.
package enum Customers: Table {
    package typealias Row = Customer
    package static let name: StaticString = "customers"
}
