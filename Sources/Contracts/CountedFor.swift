package import JSON

/// Quarter hours of an order that count in the check of another order of the customer: a quarter hour is paid once.
package struct CountedFor: Sendable, Hashable {
    /// So many stretches a check has at the most.
    package static let limit = 32

    /// The other order.
    package var order: OrderID
    /// Both where a quarter hour starts.
    package var startsAt: Timestamp
    package var endsAt: Timestamp

    package init(order: OrderID, startsAt: Timestamp, endsAt: Timestamp) {
        (self.order, self.startsAt, self.endsAt) = (order, startsAt, endsAt)
    }

    private static let name: StaticString = "countedFor"
    private static let quarter: Int64 = 900_000

    /// Which of so many quarter hours in a row are counted for other orders, as their positions.
    /// - Parameter start: any time in the first of them.
    package static func positions(of stretches: [Self], from start: Timestamp, count: Int) -> Set<Int> {
        let first = start.milliseconds / quarter
        var positions: Set<Int> = []
        for stretch in stretches {
            let from = max(0, stretch.startsAt.milliseconds / quarter - first)
            let to = min(Int64(count), stretch.endsAt.milliseconds / quarter - first)
            if from < to { positions.formUnion(Int(from)..<Int(to)) }
        }
        return positions
    }

    /// None where there is no such field.
    package static func read(_ fields: borrowing Fields) throws(JSONError) -> [Self] {
        guard fields.has(name) else { return [] }
        return try fields.elements(name, atMost: limit) { fields throws(JSONError) in
            Self(
                order: try fields.required("drId"), startsAt: try fields.required("startsAt"),
                endsAt: try fields.required("endsAt"))
        }
    }

    /// Writes the field, where there are some.
    package static func write(_ stretches: [Self], _ json: inout JSONWriter) {
        guard !stretches.isEmpty else { return }
        json.field(name, objects: stretches.count) { json, position in
            json.field("drId", stretches[position].order)
            json.field("startsAt", stretches[position].startsAt)
            json.field("endsAt", stretches[position].endsAt)
        }
    }
}
