package import JSON

/// By which market's rules, and by those of which of its kinds, an order is checked: what is carried on from DRstarted
/// to its checks.
package struct OrderKind: Sendable, Hashable {
    /// The market's version.
    package var market: Int64
    /// The id of its kind.
    package var kind: String
    /// The method that the customer's resource has chosen instead of the kind's; nil where it has none of its own.
    package var resourceMethod: String?

    package init(market: Int64, kind: String, resourceMethod: String? = nil) {
        (self.market, self.kind, self.resourceMethod) = (market, kind, resourceMethod)
    }

    /// nil where nothing is said: of an order of an earlier version.
    package init?(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("market"), fields.has("kind") else { return nil }
        market = try fields.required("market", in: Limits.version)
        kind = try fields.text("kind", atMost: 50)
        resourceMethod = try fields.optionalText("resourceMethod", atMost: Resource.methodLimit)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("market", market)
        json.field("kind", kind)
        json.field("resourceMethod", ifThere: resourceMethod)
    }
}

extension OrderRules {
    /// What of them its checks go by.
    package var orderKind: OrderKind { OrderKind(market: market, kind: kind) }
}
