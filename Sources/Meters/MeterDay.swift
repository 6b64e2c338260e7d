package import Baselines
package import Contracts

/// What one customer's meters have counted on one day, by the utility's clock.
package struct MeterDay: Hashable, Sendable {
    package static let quarters = 96

    package let customer: UserID
    /// The numbers of the meters that are added up, sorted; empty where the utility names none.
    package let meters: [String]
    package let day: Day
    /// Tenths of a Wh of each quarter hour of the day, 96 of them; nil where there is no reading.
    package let tenths: [Int64?]

    /// - Precondition: there are 96 values.
    package init(customer: UserID, meters: [String] = [], day: Day, tenths: [Int64?]) {
        precondition(tenths.count == Self.quarters, "a day has 96 quarter hours")
        (self.customer, self.meters, self.day, self.tenths) = (customer, meters, day, tenths)
    }

    /// How many quarter hours have a reading.
    package var count: Int { tenths.count { $0 != nil } }

    /// Whether nothing more can come of this day but corrections.
    package var isWhole: Bool { count == Self.quarters }

    /// As `kepco` reads it, without the gaps at both ends; nil where there is no reading.
    /// - Parameter utcOffset: minutes that the utility's clock is ahead of UTC.
    package func readings(utcOffset: Int64) -> MeterReadings? {
        guard let first = tenths.firstIndex(where: { $0 != nil }), let last = tenths.lastIndex(where: { $0 != nil })
        else { return nil }
        return MeterReadings(
            user: customer, startsAt: Self.start(of: first, on: day, utcOffset: utcOffset),
            tenths: Array(tenths[first...last]))
    }

    /// When a quarter hour of a day begins.
    package static func start(of quarter: Int, on day: Day, utcOffset: Int64) -> Timestamp {
        Timestamp(milliseconds: (day.number * Day.minutes + Int64(quarter) * 15 - utcOffset) * 60_000)
    }

    /// Whether readings that are there all stand for the same quarter of an hour: such are readings of whole hours for
    /// all that one can see, and would be taken for a quarter of it. A single one says nothing.
    package static func areHourly(_ tenths: [Int64?]) -> Bool {
        let places = Set(tenths.indices.filter { tenths[$0] != nil }.map { $0 % 4 })
        return places.count == 1 && tenths.count { $0 != nil } > 1
    }
}
