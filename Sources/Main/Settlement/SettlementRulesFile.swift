import Configuration
import Market
import Settlement

/// The terms by which orders are settled: Korea's, or those of a file.
struct SettlementRulesFile {
    static let option = ConfigurationKey(
        option: "rules", .file, "FILE",
        "the terms of each kind and their dates, instead of Korea's; see negawatt settle")

    let text: [UInt8]
    let rules: SettlementRules

    init(_ configuration: Configuration) throws(ConfigurationError) {
        guard let path = configuration[Self.option] else {
            (text, rules) = (SettlementRules.koreaText, .korea)
            return
        }
        text = try SmallFile(path: path).read()
        do throws(MarketFaults) { rules = try SettlementRules(text) } catch {
            throw error.error(in: path)
        }
    }
}
