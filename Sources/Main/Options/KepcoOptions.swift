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
        "points per Wh reduced")
    static let referenceDays = ConfigurationKey(
        "reference-days", .integer(1...100), "DAYS", default: KepcoSettings.referenceDays,
        "the maximum number of earlier weekdays that a baseline uses")
    static let utcOffset = ConfigurationKey(
        "utc-offset", .utcOffset, "+HH:MM", default: defaults.utcOffset, "the market's offset from UTC")
    static let keys: [any ConfigurationOption] = [daysKept, deadline, points, referenceDays, utcOffset]

    static func settings(_ configuration: Configuration) -> KepcoSettings {
        KepcoSettings(
            daysKept: configuration[daysKept], readingsDeadline: configuration[deadline],
            milliPointsPerWh: configuration[points], utcOffset: configuration[utcOffset],
            method: .meanOfWeekdays(configuration[referenceDays]))
    }
}
