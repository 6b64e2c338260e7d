/// A key as the command line, help and completion know it, whatever its values are.
package protocol ConfigurationOption: Sendable {
    /// As an option and a line of the file has it, without dashes: "http-port".
    var name: String { get }
    var form: ConfigurationForm { get }
    /// What stands for the value in the help; nil for a flag.
    var placeholder: String? { get }
    /// One sentence, without a full stop.
    var summary: String { get }
    /// nil where nothing is assumed.
    var defaultText: String? { get }
    /// Whether the environment and the file may have it too, or only the command line.
    var isSetting: Bool { get }
    /// What is wrong with a value and what would be right; nil if it is fit.
    func complaint(about text: String) -> String?
}

extension ConfigurationOption {
    /// As a command line has it.
    package var option: String { "--\(name)" }

    /// The summary, with all values where a key takes nothing but certain words.
    package var documentation: String {
        guard case .choice(let words) = form else { return summary }
        return "\(summary). Values: \(words.joined(separator: ", "))"
    }

    /// As the environment has it: NEGAWATT_HTTP_PORT. Only of settings.
    package var variable: String {
        ConfigurationVariables.prefix + String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    }

    /// Whether it can be given several times.
    package var isRepeatable: Bool { form == .property }
}

/// How the values of a key look: what completion and help make of it.
package enum ConfigurationForm: Hashable, Sendable {
    /// Given or not.
    case flag
    case directory
    case file
    case choice([String])
    /// KEY=VALUE for librdkafka.
    case property
    case other
}

/// The names of variables.
package enum ConfigurationVariables {
    /// What all begin with.
    package static let prefix = "NEGAWATT_"
    static let kafkaPrefix = "\(prefix)KAFKA_"

    /// The variable for one of librdkafka's properties.
    package static func name(ofKafka property: String) -> String {
        kafkaPrefix + property.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }
}
