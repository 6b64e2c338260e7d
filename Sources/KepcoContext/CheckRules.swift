package import Baselines
package import Contracts
import JSON
package import Market

/// By what a check is decided.
package struct CheckRules: Sendable {
    package let method: BaselineMethod
    /// Thousandths of a point for a reduced Wh.
    package let milliPointsPerWh: Int64
    /// Whether the points of customers of a resource are shared by it.
    package let isByResource: Bool
    /// Which days are no references.
    package let days: DayRules
    /// Whether days with the customer's orders are none either: by a market's method. kepco's own is a plain mean, as
    /// it has always been.
    package let excludesOrderDays: Bool
    /// By whose clock days and hours are meant.
    package let zone: Zone
    /// Why these are kepco's settings, where an order names a market; nil where it names none, or they are the
    /// market's.
    package let bySettings: String?

    /// As kepco is set: of an order that names no market, or whose market says nothing about it.
    package init(_ settings: KepcoSettings, bySettings: String? = nil) {
        (method, milliPointsPerWh, days) = (settings.method, settings.milliPointsPerWh, DayRules())
        (zone, excludesOrderDays, isByResource) = (Zone(utcOffset: settings.utcOffset), false, false)
        // Ids are shown with escapes, which may be longer than what a row holds.
        self.bySettings = bySettings.map {
            String(String.UnicodeScalarView($0.unicodeScalars.prefix(Checks.Row.reasonLimit)))
        }
    }

    /// As the market has it; what its rules leave open is as kepco is set.
    init(_ market: CheckMarket, _ rules: KindRules, _ settings: KepcoSettings) {
        method = rules.method ?? settings.method
        milliPointsPerWh = rules.milliPointsPerWh ?? settings.milliPointsPerWh
        excludesOrderDays = rules.method != nil
        isByResource = rules.pointsBy == .resource && rules.milliPointsPerWh != nil
        (days, zone, bySettings) = (DayRules(holidays: market.holidays), market.zone, nil)
    }
}

/// What checks need of a market.
package struct CheckMarket: Sendable {
    let zone: Zone
    let holidays: Set<Day>
    private let version: Int64
    private let kinds: [String: Kind]

    package init(_ market: Market) {
        (version, zone, holidays) = (market.version, market.zone, market.holidays)
        kinds = Dictionary(market.kinds.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Of the kind, as they hold on the day on which the order starts.
    /// - Parameter resourceMethod: what the customer's resource has chosen instead of the kind's method.
    package func rules(
        of kind: String, resourceMethod: String? = nil, startsAt: Timestamp, _ settings: KepcoSettings
    ) -> CheckRules {
        guard let found = kinds[kind] else {
            return CheckRules(settings, bySettings: "market version \(version) has no kind \(kind.shown)")
        }
        let day = zone.day(of: startsAt)
        guard var rules = found.rules(on: day) else {
            return CheckRules(
                settings, bySettings: "kind \(kind.shown) of market version \(version) has no rules on \(day)")
        }
        if let resourceMethod {
            guard let method = rules.method(of: resourceMethod) else {
                return CheckRules(
                    settings,
                    bySettings: "kind \(kind.shown) of market version \(version) has no method "
                        + resourceMethod.shown)
            }
            rules.method = method
        }
        if let obstacle = rules.method?.obstacleToChecks {
            return CheckRules(
                settings,
                bySettings: "field \(obstacle.field) of the method of kind \(kind.shown) in market version \(version) "
                    + obstacle.why)
        }
        return CheckRules(self, rules, settings)
    }
}
