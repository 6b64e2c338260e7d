import Configuration
import Workers

/// Which dead letters are meant.
struct DeadLetterSelection {
    static let kind = ConfigurationKey(
        option: "kind", .choice(kinds), "KIND", "only those refused for this kind of reason")
    static let partition = ConfigurationKey(
        option: "partition", .integer(0...Int32.max), "P", "only those in this partition")
    static let offset = ConfigurationKey(option: "offset", .integer(0...Int64.max), "N", "only the one at this offset")

    var kind: String?
    var partition: Int32?
    var offset: Int64?

    init(_ configuration: Configuration) throws(ConfigurationError) {
        kind = configuration[Self.kind]
        partition = configuration[Self.partition]
        offset = configuration[Self.offset]
        guard offset == nil || partition != nil else {
            throw ConfigurationError("--offset needs --partition: each partition has its own offsets")
        }
    }

    func takes(_ deadLetter: DeadLetter) -> Bool {
        (kind == nil || deadLetter.kind == kind) && (partition == nil || deadLetter.partition == partition)
            && (offset == nil || deadLetter.offset == offset)
    }
}

private let kinds = Rejection.Kind.allCases.map(\.rawValue)
