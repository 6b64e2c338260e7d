package import JSON

/// What a resource has reduced by its own baseline: that of the sum of its customers' use, and not the sum of theirs.
package struct OwnReduction: Sendable, Hashable {
    /// A clock hour of the order, in thousandths of a Wh.
    package struct Hour: Sendable, Hashable {
        package var baselineMilliWh: Int64
        package var usedMilliWh: Int64

        package init(baselineMilliWh: Int64, usedMilliWh: Int64) {
            (self.baselineMilliWh, self.usedMilliWh) = (baselineMilliWh, usedMilliWh)
        }
    }

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
    /// Of each clock hour that the order touches. Empty where one of them has no baseline, or an earlier version says
    /// it.
    package var hours: [Hour]

    package init(
        customers: Int64, wh: (baseline: Int64, used: Int64, reduced: Int64),
        kWh: (baseline: Int64, used: Int64, reduced: Int64), method: String, days: [String], hours: [Hour]
    ) {
        (self.customers, self.method, self.days, self.hours) = (customers, method, days, hours)
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
            days: fields.has("ownDays") ? try fields.strings("ownDays", atMost: OwnUse.dayLimit) : [],
            hours: try readHours(fields))
    }

    private static func readHours(_ fields: borrowing Fields) throws(JSONError) -> [Hour] {
        let baseline = try fields.sums("ownHourBaselineMilliWh", Limits.sum, atMost: OwnUse.intervalLimit)
        let used = try fields.sums("ownHourUsedMilliWh", Limits.sum, atMost: OwnUse.intervalLimit)
        guard baseline.count == used.count else { return [] }
        return zip(baseline, used).map { Hour(baselineMilliWh: $0, usedMilliWh: $1) }
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
        guard !hours.isEmpty else { return }
        json.field("ownHourBaselineMilliWh", hours.map(\.baselineMilliWh))
        json.field("ownHourUsedMilliWh", hours.map(\.usedMilliWh))
    }
}
