package import JSON

/// What the checks of a resource's customers come to in an order: of one customer, of those of a partition, or of all.
/// A customer's last version counts. Adding and taking away go around at the ends of Int64, so that a sum is the same
/// in whatever order its parts come; no resource comes near them, with ten million customers of a TWh each.
package struct ResourceSum: Sendable, Hashable {
    /// Customers who accepted.
    package var accepted: Int64 = 0
    /// Of these the ones who have been checked.
    package var checked: Int64 = 0
    /// Of these the ones whose baseline and use are in the sums: nothing counts where readings or a reference are
    /// missing.
    package var counted: Int64 = 0
    package var baselineWh: Int64 = 0
    package var usedWh: Int64 = 0
    /// Signed: who used more takes off.
    package var reducedWh: Int64 = 0
    /// The same of those who reduced alone.
    package var positiveWh: Int64 = 0
    package var points: Int64 = 0
    /// Of those alone whose points are shared by the resource.
    package var sharedWh: Int64 = 0
    package var sharedPositiveWh: Int64 = 0
    /// How often what such a customer has reduced has changed.
    package var shareChanges: Int64 = 0
    /// The load by the quarter hour: also of customers who have accepted and whose lists have not been read yet.
    package var quarters = QuarterSums()
    /// What the resource's own baseline is calculated from.
    package var own = OwnUse()

    /// Of no customer.
    package init() {}

    /// - Parameter bounds: of each figure; rows hold more than messages.
    package init(_ fields: borrowing Fields, in bounds: ClosedRange<Int64> = Limits.sum) throws(JSONError) {
        accepted = try fields.required("accepted", in: bounds)
        checked = try fields.required("checked", in: bounds)
        counted = try fields.required("counted", in: bounds)
        baselineWh = try fields.required("baselineWh", in: bounds)
        usedWh = try fields.required("usedWh", in: bounds)
        reducedWh = try fields.required("reducedWh", in: bounds)
        positiveWh = try fields.required("positiveWh", in: bounds)
        points = try fields.required("points", in: bounds)
        sharedWh = try fields.optional("sharedWh", in: bounds) ?? 0
        sharedPositiveWh = try fields.optional("sharedPositiveWh", in: bounds) ?? 0
        shareChanges = try fields.optional("shareChanges", in: bounds) ?? 0
        quarters = try QuarterSums(fields, in: bounds)
        own = try OwnUse(fields, in: bounds)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("accepted", accepted)
        json.field("checked", checked)
        json.field("counted", counted)
        json.field("baselineWh", baselineWh)
        json.field("usedWh", usedWh)
        json.field("reducedWh", reducedWh)
        json.field("positiveWh", positiveWh)
        json.field("points", points)
        if sharedWh != 0 { json.field("sharedWh", sharedWh) }
        if sharedPositiveWh != 0 { json.field("sharedPositiveWh", sharedPositiveWh) }
        if shareChanges != 0 { json.field("shareChanges", shareChanges) }
        quarters.write(&json)
        own.write(&json)
    }

    package static func + (one: Self, other: Self) -> Self { one.with(other) { $0 &+ $1 } }
    package static func - (one: Self, other: Self) -> Self {
        var difference = one.with(other) { $0 &- $1 }
        // Of which order it is, is no difference.
        if one.own == other.own { difference.own = OwnUse() }
        return difference
    }

    /// As messages say it: within what jq and JavaScript read exactly.
    package var said: Self {
        with(self) { figure, _ in min(max(figure, Limits.sum.lowerBound), Limits.sum.upperBound) }
    }

    private func with(_ other: Self, _ combine: (Int64, Int64) -> Int64) -> Self {
        var result = Self()
        result.accepted = combine(accepted, other.accepted)
        result.checked = combine(checked, other.checked)
        result.counted = combine(counted, other.counted)
        result.baselineWh = combine(baselineWh, other.baselineWh)
        result.usedWh = combine(usedWh, other.usedWh)
        result.reducedWh = combine(reducedWh, other.reducedWh)
        result.positiveWh = combine(positiveWh, other.positiveWh)
        result.points = combine(points, other.points)
        result.sharedWh = combine(sharedWh, other.sharedWh)
        result.sharedPositiveWh = combine(sharedPositiveWh, other.sharedPositiveWh)
        result.shareChanges = combine(shareChanges, other.shareChanges)
        result.quarters = quarters.with(other.quarters, combine)
        result.own = own.with(other.own, combine)
        return result
    }
}
