/// Writes log lines, one a record, to standard output. A line below the level that is on costs one comparison: its fields
/// are not even made. Any thread may use it.
///
///     log.info("restored", ["partition": partition, "rows": count])
package struct Logger: Sendable {
    package enum Level: UInt8, Comparable, CaseIterable, Sendable {
        case debug, info, warning, error

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

/// Where log lines go.
package protocol LogSink: Sendable {
    func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields)
}

/// What a line says beside its message, in this order.
package struct LogFields: ExpressibleByDictionaryLiteral, Sendable {
    package var list: [(key: StaticString, value: any LogValue)]

    package init(dictionaryLiteral elements: (StaticString, any LogValue)...) {
        list = elements.map { (key: $0.0, value: $0.1) }
    }

    package static func + (one: LogFields, other: LogFields) -> LogFields {
        var sum = one
        sum.list += other.list
        return sum
    }
}

/// What a field can hold: a text or a number.
package protocol LogValue: Sendable, CustomStringConvertible {}

extension String: LogValue {}
extension Int: LogValue {}
extension Int32: LogValue {}
extension Int64: LogValue {}
extension Bool: LogValue {}
extension Double: LogValue {}
