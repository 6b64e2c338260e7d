package import Contracts
package import JSON
import Workers

/// The end of an order that the shard has not been told of yet: its start was refused, say, and will be replayed.
package struct OrderEnd: Row, Hashable {
    package let endedAt: Timestamp

    package init(at time: Timestamp) { endedAt = time }
    package init(_ fields: borrowing Fields) throws(JSONError) { endedAt = try fields.required("endedAt") }
    package func write(_ json: inout JSONWriter) { json.field("endedAt", endedAt) }
}

/// By order id.
package enum OrderEnds: Table {
    package typealias Row = OrderEnd
    package static let name: StaticString = "order-ends"
}
