import Configuration
import Glibc
import Kafka

/// What the process finds around itself.
enum Environment {
    /// Where a file of settings is named.
    static let config = ConfigurationKey(
        "config", .file, "FILE",
        "a settings file: lines KEY=VALUE, with option names without dashes, and kafka.KEY=VALUE")

    /// All that is set for a command.
    static func configuration(
        of command: CommandDeclaration, _ words: [(name: String, text: String)]
    ) throws -> Configuration {
        let variables = try variables()
        var file: ConfigurationFile?
        let named = words.last { $0.name == config.name }?.text ?? variables[config.variable]
        if command.options.contains(where: { $0.name == config.name }), let path = named, !path.isEmpty {
            file = try SettingsFile.read(path)
        }
        for property in words where property.name == KafkaOptions.property.name {
            let name = property.text.prefix { $0 != "=" }
            guard property.text.contains("="), Secrets.isSecret(String(name)) else { continue }
            writeError(
                "negawatt: warning: --kafka \(name)=… shows a secret to everyone who may list processes: put it into a --config file "
                    + "(kafka.\(name)=…), or the environment (\(ConfigurationVariables.name(ofKafka: String(name))))\n")
        }
        return try Configuration(
            options: command.options, settings: Tree.settings, words: words, environment: variables, file: file)
    }

    /// From /proc: the global that C has is anybody's to change.
    private static func variables() throws -> [String: String] {
        var variables: [String: String] = [:]
        for entry in try readFile("/proc/self/environ").split(separator: "\0") {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            variables[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return variables
    }

    private static func readFile(_ path: String) throws(ConfigurationError) -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(file, &part, part.count)
            guard count >= 0 else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: part[..<count])
        }
    }
}

/// What the system said last.
func systemReason() -> String { unsafe String(cString: strerror(errno)) }
