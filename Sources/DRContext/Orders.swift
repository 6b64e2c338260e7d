import Contracts
package import JSON
import Workers

/// The orders, by their ids. None is ever deleted: an id is used once.
package enum Orders: Table {
    package typealias Row = Order
    package static let name: StaticString = "orders"
}

extension Order: Row {
    package init(_ fields: borrowing Fields) throws(JSONError) {
        guard let status = Status(rawValue: try fields.required("status")) else {
            throw JSONError(field: "status", .outOfRange)
        }
        self.init(
            id: try fields.required("id"), name: try fields.required("name"), kind: try fields.required("type"),
            status: status, startsAt: try fields.required("startsAt"), endsAt: try fields.optional("endsAt"),
            reason: try fields.optional("reason"))
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", status.rawValue)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        json.field("reason", ifThere: reason)
    }
}
