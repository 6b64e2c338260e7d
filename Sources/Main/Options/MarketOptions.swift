import Configuration

/// What can be set about the market.
enum MarketOptions {
    static let file = ConfigurationKey(
        "market", .file, "FILE",
        "a market's file: it is checked and set when the daemon starts and whenever the file changes; see negawatt market"
    )
    static let keys: [any ConfigurationOption] = [file]
}
