package import Contracts
package import JSON
import Workers

/// The orders in the order in which they were announced: which of them a customer has missed is found without looking
/// at all.
package enum OrdersByTime: Table {
    package struct Row: Workers.Row {
        package let order: OrderID

        package init(_ order: OrderID) { self.order = order }
        package init(_ fields: borrowing Fields) throws(JSONError) { order = try fields.required("drId") }
        package func write(_ json: inout JSONWriter) { json.field("drId", order) }
    }

    package static let name: StaticString = "orders_by_time"

    package static func key(_ time: Timestamp, _ order: OrderID) -> String { "\(start(time))/\(order)" }

    /// Precedes the keys of all orders that were announced at this time or later, and no key before.
    package static func start(_ time: Timestamp) -> String { time.milliseconds.padded(to: 13) }
}
