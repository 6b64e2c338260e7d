package import Contracts
package import JSON
import Workers

/// What response knows of a customer.
package struct Customer: Row, Hashable {
    package private(set) var name: String
    /// Wh an hour.
    package private(set) var capacity: Int64
    /// Who was a customer when an order was announced is asked.
    package private(set) var registeredAt: Timestamp
    /// When the name and the capacity were so.
    package private(set) var updatedAt: Timestamp

    /// As the first event about a customer states it. If that is an update, the registration is out of reach or still
    /// to come: the customer counts as one from this moment on.
    package init(_ user: UserState, at time: Timestamp) {
        (name, capacity) = (user.name, user.capacity)
        (registeredAt, updatedAt) = (time, time)
    }

    /// Takes in a further event of this time. An older one does not overwrite a newer one.
    package mutating func learn(_ user: UserState, at time: Timestamp, isRegistration: Bool) {
        if isRegistration { registeredAt = min(registeredAt, time) }
        guard time >= updatedAt else { return }
        (name, capacity, updatedAt) = (user.name, user.capacity, time)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        name = try fields.required("name")
        capacity = try fields.required("capacity", in: Limits.capacity)
        registeredAt = try fields.required("registeredAt")
        updatedAt = try fields.required("updatedAt")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("name", name)
        json.field("capacity", capacity)
        json.field("registeredAt", registeredAt)
        json.field("updatedAt", updatedAt)
    }
}

/// The shard's customers, by id.
package enum Customers: Table {
    package typealias Row = Customer
    package static let name: StaticString = "customers"
}
