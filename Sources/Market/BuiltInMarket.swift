/// The market that holds until another one is set: Korea's, as `korea.json` has it. A file of a later version of the
/// program with other rules gets a higher version, and those of earlier ones stay beside it.
extension Market {
    /// Bytes of the file, to start from.
    package static let koreaText: [UInt8] = PackageResources.korea_json

    package static let korea: Market = {
        do throws(MarketFaults) { return try Market(koreaText) } catch {
            preconditionFailure("the built-in market is wrong: \(error)")
        }
    }()

    /// A market that is part of the program; nil where a record has to bring it.
    package static func builtIn(_ version: Int64) -> Market? { version == korea.version ? korea : nil }
}
