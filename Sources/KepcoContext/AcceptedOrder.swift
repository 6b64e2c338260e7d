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
        var orders: [Self] = []
        var reader = JSONReader()
        for text in try fields.objects(name, atMost: Int(Quarter.perDay)) {
            guard let text else { throw JSONError(field: "\(name)", .notAnObject) }
            let fields = try reader.fields(of: text.span)
            orders.append(
                Self(
                    order: try fields.required("drId"), startsAt: try fields.required("startsAt"),
                    endsAt: try fields.required("endsAt")))
        }
        return orders
    }

    func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("startsAt", startsAt)
        json.field("endsAt", endsAt)
    }
}
