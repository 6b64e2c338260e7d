package import Baselines
package import Contracts

/// One order of a resource: all that its settlement needs.
package struct SettledOrder: Sendable {
    package var id: String
    package var resource: String?
    /// By the terms of which kind it is settled.
    package var kind: String
    /// An order that only tests whether customers would reduce; paid by another price.
    package var isTest = false
    /// How long before its start it was asked for.
    package var noticeMin: Int64?
    /// Of its first hour, by the market's clock.
    package var day: Day
    package var hours: [Hour]
    package var prices = SettlementPrices()
    /// What the resource's capacity is paid in the month: no month's penalties are more; nil: not said.
    package var capacityPayWon: Int64?
    /// Of that, what earlier orders of the month have taken.
    package var penaltiesBeforeWon: Int64 = 0
    /// Of the period, and earlier orders of the same day.
    package var earlierDays: [OrderDay] = []
    /// What the market's operator says: the order's pay less its penalty.
    package var kpxWon: Int64?

    package init(id: String, kind: String, day: Day, hours: [Hour]) {
        (self.id, self.kind, self.day, self.hours) = (id, kind, day, hours)
    }

    /// An hour of the order, or the part of one that it covers.
    package struct Hour: Sendable, Hashable {
        package var startsAt: Timestamp
        package var orderedWh: Int64?
        /// Of the resource, in thousandths of a Wh; nil where a reading is missing: nothing is reduced then.
        package var baselineMilliWh: Int64?
        package var usedMilliWh: Int64?
        /// Prices of this hour alone.
        package var prices = SettlementPrices()
        /// The sum of the whole kWh of its customers; nil: the resource's own figure is rounded.
        package var kpxKWh: Int64?

        package init(startsAt: Timestamp, orderedWh: Int64?, baselineMilliWh: Int64?, usedMilliWh: Int64?) {
            (self.startsAt, self.orderedWh) = (startsAt, orderedWh)
            (self.baselineMilliWh, self.usedMilliWh) = (baselineMilliWh, usedMilliWh)
        }

        /// In kWh; 0 where a reading is missing. Negative where more was used.
        package var reduced: Fraction {
            guard let baselineMilliWh, let usedMilliWh else { return .zero }
            return Fraction(Int128(baselineMilliWh - usedMilliWh), over: 1_000_000)
        }

        /// The market's own figure in whole kWh: baseline and use rounded each.
        package var wholeKWh: Int64 {
            if let kpxKWh { return kpxKWh }
            guard let baselineMilliWh, let usedMilliWh else { return 0 }
            return nearest(Int128(baselineMilliWh), over: 1_000_000) - nearest(Int128(usedMilliWh), over: 1_000_000)
        }
    }
}

/// What was ordered and reduced on a day, of all its orders.
package struct OrderDay: Sendable, Hashable {
    package var day: Day
    package var orderedWh: Int64
    package var reducedWh: Int64

    package init(day: Day, orderedWh: Int64, reducedWh: Int64) {
        (self.day, self.orderedWh, self.reducedWh) = (day, orderedWh, reducedWh)
    }
}

/// Why an order cannot be settled: the sentence names the field.
package struct SettlementError: Error, Hashable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
