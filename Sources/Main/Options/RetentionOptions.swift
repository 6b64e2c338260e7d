import Configuration
import Workers

/// How long contexts keep what is closed.
enum RetentionOptions {
    /// No shorter than Kafka keeps events and dead letters: what is in one of them can be handled again.
    static let days = ConfigurationKey(
        "retention-days", .integer(Retention.defaultDays...36_500), "DAYS", default: Retention.defaultDays,
        "how many days lists and checks are kept behind their end, and what is known of customers behind their leaving; "
            + "dr's orders and entries of the ledger 410 more")
    static let keys: [any ConfigurationOption] = [days]

    static func retention(_ configuration: Configuration) -> Retention { Retention(days: configuration[days]) }
}
