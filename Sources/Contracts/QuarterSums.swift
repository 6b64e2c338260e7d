package import JSON

/// The load of an order by the quarter hour: of one customer, of a partition's, or of all of a resource. A quarter hour
/// has those whose reading of it has come and who have a baseline there. The first ones of an order alone are kept, so
/// that a message is bounded.
package struct QuarterSums: Sendable, Hashable {
    /// Quarter hours of an order: a day of them.
    package static let limit = 96

    /// Of one quarter hour.
    package struct Figures: Sendable, Hashable {
        package var customers: Int64 = 0
        package var baselineMilliWh: Int64 = 0
        package var usedMilliWh: Int64 = 0

        package init(customers: Int64 = 0, baselineMilliWh: Int64 = 0, usedMilliWh: Int64 = 0) {
            (self.customers, self.baselineMilliWh, self.usedMilliWh) = (customers, baselineMilliWh, usedMilliWh)
        }

        fileprivate func with(_ other: Self, _ combine: (Int64, Int64) -> Int64) -> Self {
            Self(
                customers: combine(customers, other.customers),
                baselineMilliWh: combine(baselineMilliWh, other.baselineMilliWh),
                usedMilliWh: combine(usedMilliWh, other.usedMilliWh))
        }
    }

    /// The order's start; nil where nothing is known.
    package private(set) var startsAt: Timestamp?
    /// From the quarter hour on in which the order starts; none behind the last one that has something.
    package private(set) var figures: [Figures] = []

    /// Nothing.
    package init() {}

    /// - Parameter figures: from the start's quarter hour on; those beyond the limit are left out.
    package init(startsAt: Timestamp, _ figures: [Figures]) {
        (self.startsAt, self.figures) = (startsAt, Array(figures.prefix(Self.limit)))
        trim()
    }

    private mutating func trim() {
        while figures.last == Figures() { figures.removeLast() }
        if figures.isEmpty { startsAt = nil }
    }

    /// By the places of the quarter hours: all customers of an order have its start.
    func with(_ other: Self, _ combine: (Int64, Int64) -> Int64) -> Self {
        var result = Self()
        result.startsAt = startsAt ?? other.startsAt
        for place in 0..<max(figures.count, other.figures.count) {
            let one = place < figures.count ? figures[place] : Figures()
            result.figures.append(one.with(place < other.figures.count ? other.figures[place] : Figures(), combine))
        }
        result.trim()
        return result
    }

    package static func - (one: Self, other: Self) -> Self { one.with(other) { $0 &- $1 } }

    package init(_ fields: borrowing Fields, in bounds: ClosedRange<Int64> = Limits.sum) throws(JSONError) {
        guard fields.has("startsAt") else { return }
        startsAt = try fields.required("startsAt")
        let customers = try fields.sums("quarterCustomers", bounds)
        let baselines = try fields.sums("quarterBaselineMilliWh", bounds)
        let uses = try fields.sums("quarterUsedMilliWh", bounds)
        // Where one has fewer, the rest of it is nothing.
        for place in 0..<max(customers.count, baselines.count, uses.count) {
            func figure(_ values: [Int64]) -> Int64 { place < values.count ? values[place] : 0 }
            figures.append(
                Figures(
                    customers: figure(customers), baselineMilliWh: figure(baselines), usedMilliWh: figure(uses)))
        }
        trim()
    }

    /// Nothing where nothing is known.
    package func write(_ json: inout JSONWriter) {
        guard let startsAt else { return }
        json.field("startsAt", startsAt)
        json.field("quarterCustomers", figures.map(\.customers))
        json.field("quarterBaselineMilliWh", figures.map(\.baselineMilliWh))
        json.field("quarterUsedMilliWh", figures.map(\.usedMilliWh))
    }
}

extension Fields {
    /// None where there is no such field.
    func sums(
        _ name: StaticString, _ bounds: ClosedRange<Int64>, atMost limit: Int = QuarterSums.limit
    ) throws(JSONError) -> [Int64] {
        guard has(name) else { return [] }
        let values = try numbers(name, in: bounds, atMost: limit)
        let found = values.compactMap { $0 }
        guard found.count == values.count else { throw JSONError(field: name.description, .notNumber) }
        return found
    }
}
