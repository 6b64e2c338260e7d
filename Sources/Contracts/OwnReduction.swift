package import JSON

/// What a resource has reduced by its own baseline: that of the sum of its customers' use, and not the sum of theirs.
package struct OwnReduction: Sendable, Hashable {
    /// Who accepted and have no gap in the order.
    package var customers: Int64
    package var baselineWh: Int64
    package var usedWh: Int64
    package var reducedWh: Int64
    /// As KPX settles: the baseline, the use and the reduction of each hour in whole kWh.
    package var baselineKWh: Int64
    package var usedKWh: Int64
    package var reducedKWh: Int64
    /// The method's name.
    package var method: String
    /// The days that are averaged, newest first, as 2026-06-05: of all hours, where each has its own.
    package var days: [String]

    package init(
        customers: Int64, wh: (baseline: Int64, used: Int64, reduced: Int64),
        kWh: (baseline: Int64, used: Int64, reduced: Int64), method: String, days: [String]
    ) {
        (self.customers, self.method, self.days) = (customers, method, days)
        (baselineWh, usedWh, reducedWh) = wh
        (baselineKWh, usedKWh, reducedKWh) = kWh
    }

    /// nil where there is none.
    static func read(_ fields: borrowing Fields) throws(JSONError) -> Self? {
        guard let reducedWh = try fields.optional("ownReducedWh", in: Limits.sum) else { return nil }
        func figure(_ name: StaticString) throws(JSONError) -> Int64 {
            try fields.optional(name, in: Limits.sum) ?? 0
        }
        return Self(
            customers: try figure("ownCustomers"),
            wh: (try figure("ownBaselineWh"), try figure("ownUsedWh"), reducedWh),
            kWh: (try figure("ownBaselineKWh"), try figure("ownUsedKWh"), try figure("ownReducedKWh")),
            method: try fields.optionalText("ownMethod", atMost: 200) ?? "",
            days: fields.has("ownDays") ? try fields.strings("ownDays", atMost: OwnUse.dayLimit) : [])
    }

    package func write(_ json: inout JSONWriter) {
        json.field("ownCustomers", customers)
        json.field("ownBaselineWh", baselineWh)
        json.field("ownUsedWh", usedWh)
        json.field("ownReducedWh", reducedWh)
        json.field("ownBaselineKWh", baselineKWh)
        json.field("ownUsedKWh", usedKWh)
        json.field("ownReducedKWh", reducedKWh)
        json.field("ownMethod", method)
        json.field("ownDays", days)
    }
}
