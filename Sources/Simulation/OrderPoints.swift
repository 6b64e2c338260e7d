import Baselines
import Contracts
import JSON
import Market

/// What a reduced Wh brings, by the market that an order names: as dr has said that market, or the program brings it.
/// What it leaves open, and an order that names none, is as the kepco daemons are set.
struct OrderPoints {
    private let settings: Int64

    /// - Parameter settings: thousandths of a point, as the kepco daemons have it.
    init(settings: Int64) { self.settings = settings }

    /// Thousandths of a point, and whether the customers of a resource share what it has reduced in all.
    func rules(_ started: DRStarted, _ exchange: any Exchange) throws -> (milliPointsPerWh: Int64, areShared: Bool) {
        guard let rules = started.rules, let market = try Self.market(rules.market, exchange) else {
            return (settings, false)
        }
        let day = Day(of: market.zone.minute(of: started.startsAt))
        let found = market.kinds.first { $0.id == rules.kind }?.rules(on: day)
        return (found?.milliPointsPerWh ?? settings, found?.pointsBy == .resource)
    }

    private static func market(_ version: Int64, _ exchange: any Exchange) throws -> Market? {
        if let market = Market.builtIn(version) { return market }
        var found: Market?
        var reader = JSONReader()
        try exchange.replay(.drEvents) { value in
            // Other events, and what outsiders may have written there, is passed over.
            try? reader.read(value) { fields in
                guard try fields.identifier("eventType") == MarketChanged.type.description else { return }
                let changed = try MarketChanged(fields)
                if changed.version == version { found = try Market(said: changed.market) }
            }
        }
        return found
    }
}
