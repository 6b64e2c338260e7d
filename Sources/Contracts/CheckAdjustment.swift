package import JSON

/// How the baseline of a check was brought to the level of the order's day.
package struct CheckAdjustment: Sendable, Hashable {
    /// Thousandths of a Wh, and millionths: what lies beyond is said as the outermost.
    private static let factors: ClosedRange<Int64> = 0...1_000_000_000_000

    /// "additive" or "ratio".
    package var kind: String
    /// What is added to the baseline of a whole hour; nil in a ratio, and where there is none.
    package var hourMilliWh: Int64?
    /// By what the baseline is multiplied; nil where something is added, and where there is none.
    package var factorMillionths: Int64?
    /// Why there is none.
    package var whyNone: String?
    /// The day's first order, whose adjustment it is; nil where it is the order's own.
    package var order: OrderID?

    package init(
        kind: String, hourMilliWh: Int64? = nil, factorMillionths: Int64? = nil, whyNone: String? = nil,
        order: OrderID? = nil
    ) {
        self.kind = kind
        self.hourMilliWh = hourMilliWh.map {
            min(max($0, Limits.orderWh.lowerBound), Limits.orderWh.upperBound)
        }
        self.factorMillionths = factorMillionths.map { min(max($0, 0), Self.factors.upperBound) }
        (self.whyNone, self.order) = (whyNone, order)
    }

    /// nil where the method has none, and in a check of an earlier version.
    init?(_ fields: borrowing Fields) throws(JSONError) {
        let kind = try fields.optionalText("adjustmentKind", atMost: 50)
        hourMilliWh = try fields.optional("adjustmentWh", decimals: 3, in: Limits.orderWh)
        factorMillionths = try fields.optional("adjustmentFactor", decimals: 6, in: Self.factors)
        whyNone = try fields.optionalText("noAdjustment")
        order = fields.has("adjustmentOrder") ? try fields.required("adjustmentOrder") : nil
        guard let kind else { return nil }
        self.kind = kind
    }

    /// Its fields, among those of the check.
    package func write(_ json: inout JSONWriter) {
        json.field("adjustmentKind", kind)
        if let hourMilliWh { json.field("adjustmentWh", hourMilliWh, decimals: 3) }
        if let factorMillionths { json.field("adjustmentFactor", factorMillionths, decimals: 6) }
        json.field("noAdjustment", ifThere: whyNone)
        if let order { json.field("adjustmentOrder", order) }
    }
}
