import Baselines
package import Contracts
package import JSON

/// What a kWh and a kW cost, for orders whose events say nothing of it: of an hour, of a resource, or of all.
package struct ReportPrices: Sendable {
    private var ofHours: [Timestamp: SettlementPrices] = [:]
    private var ofResources: [ExactText: SettlementPrices] = [:]
    private var ofAll = SettlementPrices()

    package init() {}

    /// Takes a line: `{mgp, smp, rbp, capacity}` for all, with `startsAt` for the hour that begins then (mgp, smp),
    /// with `resource` for the resource. Later lines hold.
    package mutating func take(_ fields: borrowing Fields) throws {
        let known = ["startsAt", "resource", "mgp", "smp", "rbp", "capacity"]
        try fields.expect(known)
        var prices = SettlementPrices()
        prices.mgp = try fields.optional("mgp", decimals: 3, in: SettlementLimits.energyPrice)
        prices.smp = try fields.optional("smp", decimals: 3, in: SettlementLimits.energyPrice)
        prices.rbp = try fields.optional("rbp", decimals: 3, in: SettlementLimits.capacityPrice)
        prices.capacity = try fields.optional("capacity", decimals: 3, in: SettlementLimits.capacityPrice)
        guard prices != SettlementPrices() else {
            throw SettlementError("there is no price: write mgp, smp, rbp or capacity")
        }
        let startsAt: Timestamp? = try fields.optional("startsAt")
        let resource: ResourceID? = try fields.optional("resource")
        switch (startsAt, resource) {
        case (let startsAt?, nil):
            guard prices.rbp == nil, prices.capacity == nil else {
                throw SettlementError("an hour has mgp and smp: rbp and capacity are no prices of an hour")
            }
            guard startsAt.milliseconds.isMultiple(of: 3_600_000) else {
                throw SettlementError("startsAt is \(startsAt), not the beginning of an hour")
            }
            ofHours[startsAt] = prices
        case (nil, let resource?): ofResources[ExactText(resource.text)] = prices
        case (nil, nil): ofAll = prices
        case (_?, _?): throw SettlementError("a line is of an hour or of a resource, not of both")
        }
    }

    /// - Parameter hour: in which it begins.
    package func ofHour(_ hour: Timestamp) -> SettlementPrices {
        let start = Timestamp(milliseconds: hour.milliseconds / 3_600_000 * 3_600_000)
        return ofHours[start] ?? SettlementPrices()
    }

    /// What is said of a resource, and where that says nothing, of all.
    package func ofResource(_ resource: String?) -> SettlementPrices {
        var prices = resource.flatMap { ofResources[ExactText($0)] } ?? SettlementPrices()
        prices.mgp = prices.mgp ?? ofAll.mgp
        prices.smp = prices.smp ?? ofAll.smp
        prices.rbp = prices.rbp ?? ofAll.rbp
        prices.capacity = prices.capacity ?? ofAll.capacity
        return prices
    }
}
