import Daemon
import Glibc
import Telemetry

/// What is logged, and how.
///
/// - `log-level`: debug, info, warning or error.
/// - `log-format`: logfmt or json.
struct LogOptions {
    static let level = ConfigurationKey(
        "log-level", .choice(Logger.Level.allCases.map(\.name)), "LEVEL", default: "info", "the least that is logged")
    static let format = ConfigurationKey(
        "log-format", .choice(["logfmt", "json"]), "FORMAT", default: "logfmt", "how a line is written")
    static let keys = [level, format]

    /// A log on standard output, or another descriptor.
    static func logger(_ configuration: Configuration, descriptor: Int32 = STDOUT_FILENO) -> Logger {
        let level = configuration.text(level).flatMap(Logger.Level.init(text:)) ?? .info
        let format = configuration.text(format).flatMap(LogFormat.init(text:)) ?? .logfmt
        return Logger(level: level, sink: FileLog(format, descriptor: descriptor))
    }

    /// What a tool hears from librdkafka: why a broker cannot be reached, for instance.
    static var forTools: Logger { Logger(level: .error, sink: FileLog(.logfmt, descriptor: STDERR_FILENO)) }
}
