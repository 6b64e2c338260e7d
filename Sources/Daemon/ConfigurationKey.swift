/// A setting as it is declared: once, for the command line, the environment, the file and the help.
package struct ConfigurationKey: Sendable {
    /// As an option and a line of the file has it, without dashes: "http-port".
    package let name: String
    package let kind: ConfigurationKind
    /// What stands for the value in the help; nil for a flag.
    package let placeholder: String?
    /// One sentence, without a full stop.
    package let summary: String
    /// nil where nothing is assumed.
    package let defaultText: String?
    /// Whether the environment and the file may have it too, or only the command line.
    package let isSetting: Bool
    /// Whether it can be given several times.
    package let isRepeatable: Bool

    /// A setting: an option, a variable and a line of the file.
    package init(
        _ name: String, _ kind: ConfigurationKind, _ placeholder: String, default defaultText: String? = nil,
        isRepeatable: Bool = false, _ summary: String
    ) {
        (self.name, self.kind, self.placeholder, self.summary) = (name, kind, placeholder, summary)
        (self.defaultText, self.isRepeatable, isSetting) = (defaultText, isRepeatable, true)
    }

    /// An option that is given or not.
    package init(flag name: String, _ summary: String) { self.init(option: name, .flag, nil, summary) }

    /// An option of a command and nothing else.
    package init(
        option name: String, _ kind: ConfigurationKind, _ placeholder: String?, default defaultText: String? = nil,
        _ summary: String
    ) {
        (self.name, self.kind, self.placeholder, self.summary) = (name, kind, placeholder, summary)
        (self.defaultText, isRepeatable, isSetting) = (defaultText, false, false)
    }

    /// As a command line has it.
    package var option: String { "--\(name)" }

    /// As the environment has it: NEGAWATT_HTTP_PORT. Only of settings.
    package var variable: String { Self.prefix + ConfigurationKey.capitals(name) }

    /// What the names of all variables begin with.
    package static let prefix = "NEGAWATT_"

    private static func capitals(_ name: String) -> String {
        String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    }
}
