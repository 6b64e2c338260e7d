import Baselines
import Configuration
import KepcoContext

/// What can be set about readings and checks.
struct KepcoOptions {
    private static let defaults = KepcoSettings()

    static let daysKept = ConfigurationKey(
        "days-kept", .integer(1...1000), "DAYS", default: defaults.daysKept,
        "how many days readings are accepted and kept")
    static let deadline = ConfigurationKey(
        "readings-deadline-min", .minutes(0...10_080), "MIN", default: defaults.readingsDeadline,
        "how long a check waits for readings after the order's end")
    static let points = ConfigurationKey(
        "points-per-wh", .decimal(0...1_000_000), "POINTS", default: defaults.milliPointsPerWh,
        "points per Wh reduced, where the market does not say it")
    static let referenceDays = ConfigurationKey(
        "reference-days", .integer(1...100), "DAYS", default: KepcoSettings.referenceDays,
        "the maximum number of earlier weekdays that a baseline uses, where the market has no method")
    static let utcOffset = ConfigurationKey(
        "utc-offset", .utcOffset, "+HH:MM", default: defaults.utcOffset, "the market's offset from UTC")
    static let correctionsDays = ConfigurationKey(
        "corrections-days", .integer(0...365), "DAYS", default: defaults.correctionsDays,
        "how long readings that come or change later correct a check; 0: never")
    static let correctionsDelay = ConfigurationKey(
        "corrections-delay-s", .seconds(1...3600), "S", default: defaults.correctionsDelay,
        "how long such readings are gathered, and how far a customer's corrections are apart")
    static let sumsPeriod = ConfigurationKey(
        "sums-period-s", .seconds(1...3600), "S", default: defaults.sumsPeriod,
        "how often what a resource's customers reduced in an order is summed up and said, at most")
    static let pointsPeriod = ConfigurationKey(
        "points-period-s", .seconds(1...86_400), "S", default: defaults.pointsPeriod,
        "how often a resource's points of an order are shared again, at most, where the market shares them")
    static let keys: [any ConfigurationOption] = [
        daysKept, deadline, points, referenceDays, utcOffset, correctionsDays, correctionsDelay, sumsPeriod,
        pointsPeriod,
    ]

    static func settings(_ configuration: Configuration) -> KepcoSettings {
        KepcoSettings(
            daysKept: configuration[daysKept], readingsDeadline: configuration[deadline],
            milliPointsPerWh: configuration[points], utcOffset: configuration[utcOffset],
            method: .meanOfWeekdays(configuration[referenceDays]), correctionsDays: configuration[correctionsDays],
            correctionsDelay: configuration[correctionsDelay], sumsPeriod: configuration[sumsPeriod],
            pointsPeriod: configuration[pointsPeriod], retention: RetentionOptions.retention(configuration))
    }
}
