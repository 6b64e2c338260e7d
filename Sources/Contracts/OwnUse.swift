package import JSON

/// What a resource's own baseline is calculated from, where its kind's method has one of all customers together: what
/// those used who have no gap in the order, in its intervals, and in the same ones of the days before that may be
/// references. By sums of each day, since which days are taken is known for all together only.
package struct OwnUse: Sendable, Hashable {
    /// Whose customers these are: all of an order have the same.
    package struct Order: Sendable, Hashable {
        package var startsAt: Timestamp
        package var endsAt: Timestamp
        package var kind: OrderKind

        package init(startsAt: Timestamp, endsAt: Timestamp, kind: OrderKind) {
            (self.startsAt, self.endsAt, self.kind) = (startsAt, endsAt, kind)
        }
    }

    /// Intervals of an order, and days before it.
    package static let (intervalLimit, dayLimit) = (24, 40)

    /// nil where nothing is known. With it and no customers: all had gaps, or the order is not one that is added up.
    package private(set) var order: Order?
    /// Who have been looked at: fewer than have been checked where a version has checked them that knows nothing of it.
    package private(set) var checked: Int64 = 0
    /// Of them those whose use is in the figures.
    package private(set) var customers: Int64 = 0
    /// Tenths of a Wh on the order's day, by its intervals.
    package private(set) var used: [Int64] = []
    /// The same of other days, by how many days before the order they lie.
    package private(set) var days: [Int64: [Int64]] = [:]

    /// Nothing.
    package init() {}

    /// Of nobody, or of one customer.
    /// - Parameters:
    ///   - used: tenths of a Wh by the order's intervals; nil of somebody with a gap.
    ///   - days: as many intervals each.
    package init(_ order: Order, used: [Int64]? = nil, days: [Int64: [Int64]] = [:]) {
        (self.order, checked) = (order, 1)
        guard let used else { return }
        (customers, self.used, self.days) = (1, used, days)
    }

    /// Newest first.
    package var daysBefore: [Int64] { days.keys.sorted() }

    /// By the places of the intervals, and by the days. What comes to nothing is left out.
    func with(_ other: Self, _ combine: (Int64, Int64) -> Int64) -> Self {
        func combined(_ some: [Int64], _ others: [Int64]) -> [Int64] {
            (0..<max(some.count, others.count)).map { place in
                combine(place < some.count ? some[place] : 0, place < others.count ? others[place] : 0)
            }
        }
        var result = Self()
        result.order = order ?? other.order
        result.checked = combine(checked, other.checked)
        result.customers = combine(customers, other.customers)
        result.used = combined(used, other.used)
        for day in Set(days.keys).union(other.days.keys) {
            result.days[day] = combined(days[day] ?? [], other.days[day] ?? [])
        }
        if result.customers == 0, result.used.allSatisfy({ $0 == 0 }),
            result.days.values.allSatisfy({ $0.allSatisfy { $0 == 0 } })
        {
            (result.used, result.days) = ([], [:])
        }
        // Only messages that are none of ours have others than the order's.
        result.used = Array(result.used.prefix(Self.intervalLimit))
        for day in result.daysBefore.dropFirst(Self.dayLimit) { result.days[day] = nil }
        return result
    }

    package init(_ fields: borrowing Fields, in bounds: ClosedRange<Int64> = Limits.sum) throws(JSONError) {
        guard let startsAt: Timestamp = try fields.optional("ownStartsAt"),
            let endsAt: Timestamp = try fields.optional("ownEndsAt"),
            let market = try fields.optional("ownMarket", in: Limits.version),
            let kind = try fields.optionalText("ownKind", atMost: 50)
        else { return }
        let method = try fields.optionalText("ownResourceMethod", atMost: Resource.methodLimit)
        order = Order(
            startsAt: startsAt, endsAt: endsAt, kind: OrderKind(market: market, kind: kind, resourceMethod: method))
        checked = try fields.optional("ownChecked", in: bounds) ?? 0
        guard fields.has("ownCustomers") else { return }
        customers = try fields.required("ownCustomers", in: bounds)
        used = try fields.sums("ownUsed", bounds, atMost: Self.intervalLimit)
        let days = try fields.sums("ownDaysBefore", 1...Self.furthestDay, atMost: Self.dayLimit)
        let uses = try fields.sums("ownUses", bounds, atMost: Self.dayLimit * Self.intervalLimit)
        // Where there are fewer than that, the rest is nothing.
        for (place, day) in days.enumerated() {
            self.days[day] = padded(Array(uses.dropFirst(place * used.count).prefix(used.count)))
        }
    }

    /// No walk over days that may be references goes further.
    private static let furthestDay: Int64 = 1000

    package func write(_ json: inout JSONWriter) {
        guard let order else { return }
        json.field("ownStartsAt", order.startsAt)
        json.field("ownEndsAt", order.endsAt)
        json.field("ownMarket", order.kind.market)
        json.field("ownKind", order.kind.kind)
        json.field("ownResourceMethod", ifThere: order.kind.resourceMethod)
        json.field("ownChecked", checked)
        guard customers != 0 || !used.isEmpty else { return }
        json.field("ownCustomers", customers)
        json.field("ownUsed", used)
        json.field("ownDaysBefore", daysBefore)
        json.field("ownUses", daysBefore.flatMap { day in padded(days[day] ?? []) })
    }

    private func padded(_ use: [Int64]) -> [Int64] {
        used.indices.map { $0 < use.count ? use[$0] : 0 }
    }
}
