import Contracts
import JSON
import Workers

/// The orders that a customer of a resource has accepted and that have not been checked yet, with what of him is in the
/// resource's load: each of his readings looks at them.
struct LiveOrders: Hashable, Sendable {
    /// Of one customer: a reading may cost as many checks. Of further ones the load has what their checks find.
    static let limit = 2

    struct Order: Hashable, Sendable {
        let order: OrderID
        let resource: ResourceID
        let startsAt: Timestamp
        var endsAt: Timestamp
        /// By which rules its baseline is.
        let kind: OrderKind?
        /// The order's.
        let trace: TraceParent?
        /// What of the customer is in the load.
        var quarters = QuarterSums()

        /// nil where it is not followed: without a resource or a planned end.
        init?(_ entry: ListEntry, _ kind: OrderKind?, trace: TraceParent?) {
            guard let resource = entry.resource, let endsAt = entry.endsAt, endsAt > entry.startsAt else { return nil }
            (order, self.resource, startsAt, self.endsAt) = (entry.id.order, resource, entry.startsAt, endsAt)
            (self.kind, self.trace) = (kind, trace)
        }

        init(_ fields: borrowing Fields) throws(JSONError) {
            order = try fields.required("drId")
            resource = try fields.requiredResource("resource")
            startsAt = try fields.required("orderStartsAt")
            endsAt = try fields.required("endsAt")
            kind = try OrderKind(fields)
            trace = try fields.trace()
            quarters = try QuarterSums(fields, in: .min ... .max)
        }

        func write(_ json: inout JSONWriter) {
            json.field("drId", order)
            json.field("resource", resource.text)
            json.field("orderStartsAt", startsAt)
            json.field("endsAt", endsAt)
            kind?.write(&json)
            json.field(ifThere: trace)
            quarters.write(&json)
        }
    }

    var orders: [Order] = []

    init() {}

    init(_ fields: borrowing Fields) throws(JSONError) {
        orders = try fields.elements("live", atMost: Self.limit) { fields throws(JSONError) in try Order(fields) }
    }

    func write(_ json: inout JSONWriter) {
        json.field("live", objects: orders.count) { json, place in orders[place].write(&json) }
    }
}

extension Waiting {
    static let livePrefix = "//live/"
    static func liveKey(_ user: UserID) -> String { "\(livePrefix)\(user.text)" }
}
