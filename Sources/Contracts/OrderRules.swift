package import JSON

/// By whose rules an order runs: of which market, and of which of its kinds.
package struct OrderRules: Sendable, Hashable {
    /// The market's version: whoever decides something about the order goes by that one.
    package var market: Int64
    /// The market's kind by whose rules it goes. Its `type` is what its sender wrote.
    package var kind: String
    /// How reductions are checked, by its name, where the market says it.
    package var method: String?
    /// The method's interval.
    package var intervalMin: Int64?
    /// Limits that it was allowed to pass, since it was forced.
    package var forced: [String]

    package init(market: Int64, kind: String, method: String?, intervalMin: Int64?, forced: [String] = []) {
        (self.market, self.kind, self.method) = (market, kind, method)
        (self.intervalMin, self.forced) = (intervalMin, forced)
    }

    /// nil where nothing is said: in an order of an earlier version.
    package init?(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("market"), fields.has("kind") else { return nil }
        market = try fields.required("market", in: Limits.version)
        kind = try fields.text("kind", atMost: 50)
        method = try fields.optionalText("method", atMost: 100)
        intervalMin = try fields.optional("intervalMin", in: 1...60)
        forced = fields.has("forced") ? try fields.strings("forced", atMost: 20) : []
    }

    package func write(_ json: inout JSONWriter) {
        json.field("market", market)
        json.field("kind", kind)
        json.field("method", ifThere: method)
        if let intervalMin { json.field("intervalMin", intervalMin) }
        if !forced.isEmpty { json.field("forced", forced) }
    }
}
