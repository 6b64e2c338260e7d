import Contracts
package import JSON
package import Workers

/// Orders that were asked for and are not counted yet, and later ends of orders that run, by their ids. They are there
/// for as long as it takes to ask the partition that counts.
package enum Applications: OrdersPart {
    package static let prefix = "/application/"

    package static func wrap(_ row: Row) -> Orders.Row { .application(row) }

    package static func unwrap(_ row: Orders.Row) -> Row? {
        if case .application(let row) = row { row } else { nil }
    }

    package struct Row: Workers.Row, Hashable {
        /// What it will be.
        package let order: Order
        /// Of an order that runs already: limits that it passes with its later end; nil of one that starts.
        package let passedByChange: [String]?
        /// As it came, or what was understood of it, for the dead letters.
        package let record: KeptRecord

        package init(_ order: Order, _ record: KeptRecord, passedByChange: [String]? = nil) {
            (self.order, self.record, self.passedByChange) = (order, record, passedByChange)
        }

        package init(_ fields: borrowing Fields) throws(JSONError) {
            var reader = JSONReader()
            guard case .object(let text) = try fields.loose("order", atMost: 0) else {
                throw JSONError(field: "order", .notAnObject)
            }
            order = try Order(reader.fields(of: text.span))
            record = try KeptRecord(fields)
            passedByChange = fields.has("passedByChange") ? try fields.strings("passedByChange", atMost: 20) : nil
        }

        package func write(_ json: inout JSONWriter) {
            json.field("order", object: { order.write(&$0) })
            record.write(&json)
            if let passedByChange { json.field("passedByChange", passedByChange) }
        }
    }
}
