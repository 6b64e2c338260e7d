import Daemon
import KepcoContext

/// What can be set about readings and checks.
///
/// - `days-kept`: how many days of readings are taken and kept.
/// - `readings-deadline-min`: how long a check waits for readings after the order's end.
/// - `points-per-wh`: points for a reduced Wh.
/// - `reference-days`: at most so many earlier weekdays make the baseline.
/// - `utc-offset`: how far the market's days are ahead of UTC.
struct KepcoOptions {
    private static let defaults = KepcoSettings()

    static let daysKept = ConfigurationKey(
        "days-kept", .integer(1...1000), "DAYS", default: "\(defaults.daysKept)",
        "for how many days readings are taken and kept")
    static let deadline = ConfigurationKey(
        "readings-deadline-min", .integer(0...10_080), "MIN",
        default: "\(defaults.readingsDeadline.components.seconds / 60)",
        "how long a check waits for readings after the order's end")
    static let points = ConfigurationKey(
        "points-per-wh", .decimal(0...1_000_000), "POINTS", default: "\(defaults.milliPointsPerWh / 1000)",
        "points for a reduced Wh")
    static let referenceDays = ConfigurationKey(
        "reference-days", .integer(1...100), "DAYS", default: "10", "the most earlier weekdays that make a baseline")
    static let utcOffset = ConfigurationKey(
        "utc-offset", .utcOffset, "+HH:MM", default: "+09:00", "how far the market's days are ahead of UTC")
    static let keys = [daysKept, deadline, points, referenceDays, utcOffset]

    static func settings(_ configuration: Configuration) -> KepcoSettings {
        var settings = defaults
        if let days = configuration.number(daysKept) { settings.daysKept = days }
        if let minutes = configuration.number(deadline) { settings.readingsDeadline = .seconds(minutes * 60) }
        if let thousandths = configuration.number(points) { settings.milliPointsPerWh = thousandths }
        if let days = configuration.number(referenceDays) { settings.method = .meanOfWeekdays(Int(days)) }
        if let minutes = configuration.number(utcOffset) { settings.utcOffset = .seconds(minutes * 60) }
        return settings
    }
}
