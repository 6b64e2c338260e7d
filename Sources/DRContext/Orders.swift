package import JSON
import Workers

/// The orders, by their ids: an id is used once, as long as the order is kept. Beside them the parts of `OrdersPart`.
package enum Orders: Table {
    package static let name: StaticString = "orders"

    package enum Row: Workers.Row, Hashable {
        case order(Order)
        case market(Markets.Row)
        case application(Applications.Row)
        case reservations(Reservations.Row)
        case start(NamedStarts.Row)
        case resource(Resources.Row)
        case figures(KpxFigures.Row)

        /// Each kind has a field that the others have not.
        package init(_ fields: borrowing Fields) throws(JSONError) {
            if fields.has("id") {
                self = .order(try Order(fields))
            } else if fields.has("market") {
                self = .market(try Markets.Row(fields))
            } else if fields.has("order") {
                self = .application(try Applications.Row(fields))
            } else if fields.has("requestedAt") {
                self = .start(try NamedStarts.Row(fields))
            } else if fields.has("resource") {
                self = .resource(try Resources.Row(fields))
            } else if fields.has("figures") {
                self = .figures(try KpxFigures.Row(fields))
            } else if fields.has("orders") {
                self = .reservations(try Reservations.Row(fields))
            } else {
                self = .order(try Order(fields))
            }
        }

        package func write(_ json: inout JSONWriter) {
            switch self {
            case .order(let row): row.write(&json)
            case .market(let row): row.write(&json)
            case .application(let row): row.write(&json)
            case .reservations(let row): row.write(&json)
            case .start(let row): row.write(&json)
            case .resource(let row): row.write(&json)
            case .figures(let row): row.write(&json)
            }
        }

        package var order: Order? { if case .order(let order) = self { order } else { nil } }
    }
}

/// The orders themselves.
package enum OrdersAlone: OrdersPart {
    package typealias Row = Order
    package static let prefix = ""
    package static func wrap(_ row: Order) -> Orders.Row { .order(row) }
    package static func unwrap(_ row: Orders.Row) -> Order? { row.order }
}
