/// What a number of a settlement may be: whatever lies outside is a mistake, and no exact figure within overflows.
package enum SettlementLimits {
    /// Thousandths of a Wh in an hour: all of a country uses less than 100 GWh.
    package static let milliWh: ClosedRange<Int64> = -100_000_000_000_000...100_000_000_000_000
    /// Wh ordered for an hour.
    package static let orderedWh: ClosedRange<Int64> = 1...100_000_000_000
    /// Wh of an order day, or of an earlier one.
    package static let dayWh: ClosedRange<Int64> = -2_400_000_000_000...2_400_000_000_000
    /// Whole kWh of an hour.
    package static let kWh: ClosedRange<Int64> = -100_000_000...100_000_000
    /// Thousandths of a won a kWh, up to 100,000 won.
    package static let energyPrice: ClosedRange<Int64> = 0...100_000_000
    /// Thousandths of a won a kW, up to 10,000,000 won.
    package static let capacityPrice: ClosedRange<Int64> = 0...10_000_000_000
    /// Won of an order or a month.
    package static let won: ClosedRange<Int64> = -1_000_000_000_000_000...1_000_000_000_000_000
    /// Minutes of notice: a week.
    package static let notice: ClosedRange<Int64> = 1...10_080
    /// Of one order.
    package static let hours = 24
    /// Order days of a period.
    package static let days = 400
    /// Fields and elements of a file of rules.
    package static let members = 2000
    package static let kinds = 30
    package static let terms = 20
    /// Bytes of a file of rules.
    package static let file = 256 * 1024
}
