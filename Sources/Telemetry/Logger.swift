/// Writes log lines, one a record. A line below the level that is on costs one comparison: its fields are not even
/// made. Any thread may use it.
///
///     log.info("restored", ["partition": partition, "rows": count])
package struct Logger: Sendable {
    package enum Level: UInt8, Comparable, CaseIterable, Sendable {
        case debug, info, warning, error

        /// As `name` has it: "debug", "info", "warning", "error".
        package init?(text: String) {
            guard let level = Self.allCases.first(where: { $0.name == text }) else { return nil }
            self = level
        }

        package var name: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }

        package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
    }

    package let level: Level
    private let context: LogFields
    private let sink: any LogSink

    package init(level: Level = .info, sink: any LogSink, context: LogFields = [:]) {
        self.level = level
        self.sink = sink
        self.context = context
    }

    /// The same log, with fields that stand in each of its lines.
    package func with(_ fields: LogFields) -> Logger { Logger(level: level, sink: sink, context: context + fields) }

    package func isOn(_ level: Level) -> Bool { level >= self.level }

    package func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if level <= .debug { write(.debug, message, fields()) }
    }

    package func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if level <= .info { write(.info, message, fields()) }
    }

    package func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if level <= .warning { write(.warning, message, fields()) }
    }

    package func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        write(.error, message, fields())
    }

    private func write(_ level: Level, _ message: StaticString, _ fields: LogFields) {
        sink.write(level, message, context + fields)
    }
}
