package import Contracts
package import JSON
import Workers

/// The orders of a kind that start on a day, by `/reservation/<kind>/<2026-11-20>`: all of a kind's in one partition,
/// which counts them.
package enum Reservations: OrdersPart {
    package static let prefix = "/reservation/"
    /// Orders of a kind on a day, forced ones included: what one of them can cost is bounded by it.
    package static let limit = 100

    static func prefix(_ kind: String) -> String { "\(kind)/" }
    static func key(_ kind: String, _ day: String) -> String { "\(kind)/\(day)" }

    package static func wrap(_ row: Row) -> Orders.Row { .reservations(row) }

    package static func unwrap(_ row: Orders.Row) -> Row? {
        if case .reservations(let row) = row { row } else { nil }
    }

    package struct Row: Workers.Row, Hashable {
        package var orders: [Reserved] = []

        package init() {}

        package init(_ fields: borrowing Fields) throws(JSONError) {
            orders = try fields.elements("orders", atMost: limit) { fields throws(JSONError) in try Reserved(fields) }
        }

        package func write(_ json: inout JSONWriter) {
            json.field("orders", objects: orders.count) { json, position in orders[position].write(&json) }
        }
    }

    /// One order's time, as far as it is known.
    package struct Reserved: Sendable, Hashable {
        package let order: OrderID
        package let startsAt: Timestamp
        /// nil: until someone ends it.
        package var endsAt: Timestamp?

        /// In ms; of one without an end what is certain, which is nothing.
        var length: Int64 { max(0, (endsAt ?? startsAt).milliseconds - startsAt.milliseconds) }

        init(_ order: OrderID, from startsAt: Timestamp, until endsAt: Timestamp?) {
            (self.order, self.startsAt, self.endsAt) = (order, startsAt, endsAt)
        }

        init(_ fields: borrowing Fields) throws(JSONError) {
            order = try fields.required("drId")
            startsAt = try fields.required("startsAt")
            endsAt = try fields.optional("endsAt")
        }

        func write(_ json: inout JSONWriter) {
            json.field("drId", order)
            json.field("startsAt", startsAt)
            json.field("endsAt", ifThere: endsAt)
        }

        /// Whether one begins at the other's end, or before.
        func touches(_ other: Self) -> Bool {
            startsAt <= (other.endsAt ?? .last) && other.startsAt <= (endsAt ?? .last)
        }
    }
}
