import Contracts
import JSON

/// An order that a customer has accepted, as his days note it. A day's orders stand in the order in which their checks
/// were asked for: a quarter hour is the first one's that touches it, and one that has none of the day's quarter hours
/// for itself is not noted there. So there are no more than a day has quarter hours.
struct AcceptedOrder: Hashable, Sendable {
    let order: OrderID
    let startsAt: Timestamp
    let endsAt: Timestamp

    /// Those that it touches.
    var quarters: Range<Quarter> { OrderQuarters.range(startsAt: startsAt, endsAt: endsAt) }

    static func read(_ fields: borrowing Fields, _ name: StaticString) throws(JSONError) -> [Self] {
        try fields.elements(name, atMost: Int(Quarter.perDay)) { fields throws(JSONError) in
            Self(
                order: try fields.required("drId"), startsAt: try fields.required("startsAt"),
                endsAt: try fields.required("endsAt"))
        }
    }

    func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("startsAt", startsAt)
        json.field("endsAt", endsAt)
    }
}
