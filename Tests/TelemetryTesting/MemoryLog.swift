import Synchronization
package import Telemetry

/// Keeps log lines, for tests to look at.
package final class MemoryLog: LogSink {
    /// A line as it was logged.
    package struct Line: Sendable {
        package let level: Logger.Level
        package let message: String
        package let fields: LogFields

        /// What the line says under this key, as text; nil if it says nothing.
        package subscript(_ key: String) -> String? {
            fields.list.last { $0.key.description == key }?.value.description
        }
    }

    private let kept = Mutex<[Line]>([])

    package init() {}

    package var lines: [Line] { kept.withLock { $0 } }

    /// The lines with this message.
    package func lines(_ message: String) -> [Line] { lines.filter { $0.message == message } }

    package func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields) {
        let line = Line(level: level, message: message.description, fields: fields)
        kept.withLock { $0.append(line) }
    }
}
