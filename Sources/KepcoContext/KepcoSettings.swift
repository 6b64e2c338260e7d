package import Baselines
package import Workers

/// What can be set about meter readings and checks.
package struct KepcoSettings: Sendable {
    /// For how many days readings are taken and kept; also how far back reference days are looked for.
    package var daysKept: Int64
    /// How long a check waits for readings after the order's end, or after it was asked for if that is later.
    package var readingsDeadline: Duration
    /// Thousandths of a point for a reduced Wh.
    package var milliPointsPerWh: Int64
    /// How far the market's days are ahead of UTC; whole quarter hours.
    package var utcOffset: Duration
    package var method: BaselineMethod
    /// For how many days behind its deadline a check is corrected by readings that come or change; 0 for never.
    package var correctionsDays: Int64
    /// How long readings that change checks are gathered, and how far a customer's corrections are apart.
    package var correctionsDelay: Duration
    /// How far a partition's messages of a resource's sum of an order are apart, and what is said of all partitions.
    package var sumsPeriod: Duration
    /// How far settlements of a resource's points of an order are apart.
    package var pointsPeriod: Duration
    /// Of checks, behind their deadlines.
    package var retention: Retention

    /// How many earlier weekdays make a baseline at the most, unless it is set.
    package static let referenceDays = 10

    package init(
        daysKept: Int64 = 90, readingsDeadline: Duration = .seconds(2 * 3600), milliPointsPerWh: Int64 = 1000,
        utcOffset: Duration = .seconds(9 * 3600), method: BaselineMethod = .meanOfWeekdays(referenceDays),
        correctionsDays: Int64 = 30, correctionsDelay: Duration = .seconds(2),
        sumsPeriod: Duration = .seconds(10), pointsPeriod: Duration = .seconds(3600), retention: Retention = .init()
    ) {
        (self.daysKept, self.readingsDeadline) = (daysKept, readingsDeadline)
        (self.milliPointsPerWh, self.utcOffset, self.method) = (milliPointsPerWh, utcOffset, method)
        (self.correctionsDays, self.correctionsDelay) = (correctionsDays, correctionsDelay)
        (self.sumsPeriod, self.pointsPeriod, self.retention) = (sumsPeriod, pointsPeriod, retention)
    }
}
