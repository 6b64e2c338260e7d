import Contracts
package import JSON
package import Market
import Workers

/// The market that holds in a partition, under one key. Without a row it is the built-in one.
package enum Markets: OrdersPart {
    package static let prefix = "/"
    /// Also what decides where a new one is taken first.
    package static let key = "market"

    package static func wrap(_ row: Row) -> Orders.Row { .market(row) }

    package static func unwrap(_ row: Orders.Row) -> Row? {
        if case .market(let row) = row { row } else { nil }
    }

    package struct Row: Workers.Row, Hashable {
        package let market: Market

        package init(_ market: Market) { self.market = market }

        package init(_ fields: borrowing Fields) throws(JSONError) {
            market = try Market(said: try fields.market("market"))
        }

        package func write(_ json: inout JSONWriter) {
            // For whoever looks at rows.
            json.field("version", market.version)
            json.field("market", json: market.text.utf8.span)
        }
    }
}
