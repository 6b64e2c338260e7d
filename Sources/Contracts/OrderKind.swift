package import JSON

/// By which market's rules, and by those of which of its kinds, an order is checked: what is carried on from DRstarted
/// to its checks.
package struct OrderKind: Sendable, Hashable {
    /// The market's version.
    package var market: Int64
    /// The id of its kind.
    package var kind: String

    package init(market: Int64, kind: String) { (self.market, self.kind) = (market, kind) }

    /// nil where nothing is said: of an order of an earlier version.
    package init?(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("market"), fields.has("kind") else { return nil }
        market = try fields.required("market", in: Limits.version)
        kind = try fields.text("kind", atMost: 50)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("market", market)
        json.field("kind", kind)
    }
}

extension OrderRules {
    /// What of them its checks go by.
    package var orderKind: OrderKind { OrderKind(market: market, kind: kind) }
}
