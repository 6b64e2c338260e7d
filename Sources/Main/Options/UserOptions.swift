import Configuration
import UserContext

/// What can be set about customers' points.
struct UserOptions {
    static let pointDays = ConfigurationKey(
        "points-expire-days", .integer(0...(3650 as Int64)), "DAYS", default: 0,
        "on how many days behind the one on which they were earned points can be used, the oldest first; 0 is for ever")
    static let keys: [any ConfigurationOption] = [pointDays]

    static func worker(_ configuration: Configuration) -> UserWorker {
        let days = configuration[pointDays]
        return UserWorker(retention: RetentionOptions.retention(configuration), pointDays: days > 0 ? days : nil)
    }
}
