import Configuration
import Glibc
import Telemetry

/// What is logged, and how.
struct LogOptions {
    static let level = ConfigurationKey(
        "log-level", .choice(Logger.Level.allCases.map { ($0.name, $0) }), "LEVEL", default: Logger.Level.info,
        "the lowest level that is logged")
    static let format = ConfigurationKey(
        "log-format", .choice([("logfmt", .logfmt), ("json", .json)]), "FORMAT", default: LogFormat.logfmt,
        "the format of log lines")
    static let keys: [any ConfigurationOption] = [level, format]

    /// A log on standard output, or another descriptor.
    static func logger(_ configuration: Configuration, descriptor: Int32 = STDOUT_FILENO) -> Logger {
        Logger(level: configuration[level], sink: FileLog(configuration[format], descriptor: descriptor))
    }

    /// What a tool hears from librdkafka: why a broker cannot be reached, for instance.
    static var forTools: Logger { Logger(level: .error, sink: FileLog(.logfmt, descriptor: STDERR_FILENO)) }
}
