import Configuration
import Kafka
import Telemetry

/// How a command reaches Kafka.
struct KafkaOptions {
    static let servers = ConfigurationKey(
        "bootstrap-servers", .servers, "HOST:PORT", "addresses of Kafka brokers, separated by commas")
    /// Passwords are never shown.
    static let property = ConfigurationKey(
        properties: "kafka", "a librdkafka property, such as security.protocol=SASL_SSL")
    static let keys: [any ConfigurationOption] = [servers, property, Environment.config]

    let bootstrapServers: String
    let properties: [String: String]

    init(_ configuration: Configuration) throws {
        try self.init(bootstrapServers: configuration.required(Self.servers), configuration)
    }

    /// What cannot work is an error here, before anything has begun; what may not be meant is said on standard error.
    init(bootstrapServers: String, _ configuration: Configuration) throws {
        self.bootstrapServers = bootstrapServers
        properties = configuration.kafka
        let security = SecuritySettings(properties)
        if let fault = security.fault { throw ConfigurationError("Kafka properties: \(fault)") }
        for warning in security.warnings { writeError("negawatt: warning: \(warning)\n") }
        // A client that connects to nothing: it finds what is wrong with a property before anything has begun.
        _ = try Producer(properties, log: Logger(level: .error, sink: Silence()))
    }

    /// What a client of a tool gets.
    var all: [String: String] { properties.merging(["bootstrap.servers": bootstrapServers]) { $1 } }
}

/// For a client that nobody wants to hear of.
struct Silence: LogSink {
    func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields) {}
}
