/// What has been set, wherever that was: the command line over the environment over the file over the defaults.
/// Everything has been checked; an unknown name is an error that names the nearest one.
///
/// Beside the settings all three have librdkafka's properties: `--kafka KEY=VALUE`, `kafka.KEY=VALUE` in the file, and
/// in the environment NEGAWATT_KAFKA_ with the property's name in capitals and underscores for its dots:
/// NEGAWATT_KAFKA_SASL_PASSWORD is sasl.password.
package struct Configuration: Sendable {
    /// librdkafka's.
    package private(set) var kafka: [String: String] = [:]
    private var values: [String: String] = [:]

    /// What the daemons rely on, and how it is set instead.
    private static let reserved = [
        "bootstrap.servers": "use --bootstrap-servers", "metadata.broker.list": "use --bootstrap-servers",
        "transactional.id": "it follows from --instance", "group.id": "it is the context's name",
        "group.instance.id": "use --instance and --membership",
        "group.protocol":
            "daemons use the classic group protocol: the newer one assigns partitions one by one, but a daemon needs those of all inputs together",
        "enable.auto.commit": "offsets are part of transactions",
        "enable.auto.offset.store": "offsets are part of transactions",
    ]

    /// - Parameters:
    ///   - options: those that the command takes.
    ///   - settings: all that there are: an environment or a file may serve several commands.
    ///   - words: the command line's, by option and in order; the text is empty for a flag.
    package init(
        options: [any ConfigurationOption], settings: [any ConfigurationOption],
        words: [(name: String, text: String)] = [],
        environment: [String: String] = [:], file: ConfigurationFile? = nil
    ) throws(ConfigurationError) {
        for line in file?.lines ?? [] { try set(line, settings) }
        for (variable, text) in environment.sorted(by: { $0.key < $1.key }) where !text.isEmpty {
            try set(variable, text, settings)
        }
        var seen: Set<String> = []
        for word in words {
            guard let key = options.first(where: { $0.name == word.name }) else { continue }
            guard seen.insert(word.name).inserted || key.isRepeatable else {
                throw ConfigurationError("\(key.option) is given twice")
            }
            if key.form == .property {
                guard let equals = word.text.firstIndex(of: "="), equals > word.text.startIndex else {
                    throw ConfigurationError(
                        "\(key.option) must be KEY=VALUE, such as \(key.option) security.protocol=SASL_SSL")
                }
                try setKafka(
                    String(word.text[..<equals]), String(word.text[word.text.index(after: equals)...]), key.option)
            } else {
                try set(key, word.text, key.option)
            }
        }
    }

    // MARK: Reading

    /// What has been set, or the key's default; nil where there is none.
    package subscript<Value>(_ key: ConfigurationKey<Value>) -> Value { key.value(values[key.name]) }

    /// - Throws: when nothing says it: how to say it.
    package func required<Value>(_ key: ConfigurationKey<Value?>) throws(ConfigurationError) -> Value {
        if let value = self[key] { return value }
        let placeholder = key.placeholder.map { " \($0)" } ?? ""
        throw ConfigurationError("\(key.option)\(placeholder) is missing (or \(key.variable)): \(key.summary)")
    }

    // MARK: Setting

    private mutating func set(_ key: any ConfigurationOption, _ text: String, _ place: String)
        throws(ConfigurationError)
    {
        if let complaint = key.complaint(about: text) {
            throw ConfigurationError("\(place) is \"\(text)\" and \(complaint)")
        }
        values[key.name] = text
    }

    private mutating func set(_ line: ConfigurationFile.Line, _ settings: [any ConfigurationOption])
        throws(ConfigurationError)
    {
        if line.key.hasPrefix("kafka.") {
            return try setKafka(String(line.key.dropFirst(6)), line.value, "\(line.place): \(line.key)")
        }
        let inFile = settings.filter { $0.form != .property && $0.name != "config" }
        guard let key = inFile.first(where: { $0.name == line.key }) else {
            // What looks like no key may be a part of something else, which is nobody's to read.
            guard line.hasPlainKey else {
                throw ConfigurationError("\(line.place): the text before the = is not the key of a setting")
            }
            let hint = nearest(to: line.key, in: inFile.map(\.name)).map { "; did you mean \($0)?" }
            throw ConfigurationError("\(line.place): unknown key \(line.key)\(hint ?? "")")
        }
        try set(key, line.value, "\(line.place): \(key.name)")
    }

    private mutating func set(_ variable: String, _ text: String, _ settings: [any ConfigurationOption])
        throws(ConfigurationError)
    {
        guard variable.hasPrefix(ConfigurationVariables.prefix), !ServiceLink.isMade(variable, text) else { return }
        if variable.hasPrefix(ConfigurationVariables.kafkaPrefix) {
            let name = variable.dropFirst(ConfigurationVariables.kafkaPrefix.count).lowercased()
            return try setKafka(String(name.map { $0 == "_" ? "." : $0 }), text, variable)
        }
        let inEnvironment = settings.filter { $0.form != .property }
        guard let key = inEnvironment.first(where: { $0.variable == variable }) else {
            let hint = nearest(to: variable, in: inEnvironment.map(\.variable)).map { "; did you mean \($0)?" }
            throw ConfigurationError("unknown variable \(variable) in the environment\(hint ?? "")")
        }
        try set(key, text, variable)
    }

    private mutating func setKafka(_ name: String, _ text: String, _ place: String) throws(ConfigurationError) {
        if let advice = Self.reserved[name] {
            throw ConfigurationError("\(place): the Kafka property \(name) cannot be set: \(advice)")
        }
        kafka[name] = text
    }
}
