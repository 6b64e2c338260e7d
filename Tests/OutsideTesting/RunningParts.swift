package import Contracts
package import Daemon
package import Telemetry
package import TelemetryTesting
import Testing
import Threads

/// Parts of a process at work on a broker, each on a thread of its own, and what they say and show.
package final class RunningParts: Sendable {
    package let metrics: MetricsRegistry
    package let log: MemoryLog
    private let parts: [any Serving]
    private let threads: [Thread]
    /// It lives as long as this does.
    private let broker: Broker

    private init(_ broker: Broker, _ metrics: MetricsRegistry, _ log: MemoryLog, _ parts: [any Serving]) {
        (self.broker, self.metrics, self.log, self.parts) = (broker, metrics, log, parts)
        threads = parts.map { part in
            Thread("part") { do { try part.run { _ in } } catch { Issue.record(error) } }
        }
    }

    /// - Parameter make: makes them; they are stopped in reverse.
    package convenience init(
        _ broker: Broker, level: Logger.Level = .debug,
        _ make: (MetricsRegistry, Logger) throws -> [any Serving]
    ) rethrows {
        let (metrics, log) = (MetricsRegistry(), MemoryLog())
        self.init(broker, metrics, log, try make(metrics, Logger(level: level, sink: log)))
    }

    /// One part alone, and itself.
    package static func one<Part: Serving>(
        _ broker: Broker, _ make: (MetricsRegistry, Logger) -> Part
    ) -> (Part, RunningParts) {
        let (metrics, log) = (MetricsRegistry(), MemoryLog())
        let part = make(metrics, Logger(level: .debug, sink: log))
        return (part, RunningParts(broker, metrics, log, [part]))
    }

    package func stop() {
        for part in parts.reversed() { part.requestStop() }
        for thread in threads { thread.join() }
    }
}

/// What a test has made of such parts.
package protocol AtWork {
    var parts: RunningParts { get }
}

extension AtWork {
    package var metrics: MetricsRegistry { parts.metrics }
    package var log: MemoryLog { parts.log }
    package var said: String { log.lines.map { "\($0.level) \($0.message) \($0.fields.list)" }.joined(separator: "\n") }
    package func stop() { parts.stop() }
    package func has(_ sample: String) -> Bool { metrics.text().split(separator: "\n").contains { $0 == sample } }
    package func sum(_ name: String) -> Double { metrics.sum(name) }
}

extension MetricsRegistry {
    /// Of all partitions and labels that have this in them.
    package func sum(_ name: String, _ label: String = "") -> Double {
        text().split(separator: "\n")
            .filter { ($0.hasPrefix(name + "{") || $0.hasPrefix(name + " ")) && $0.contains(label) }
            .reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
    }
}

extension DaemonSettings {
    /// Of a context's daemon on such a broker.
    package static func embedded(_ context: Context, _ broker: Broker, _ directory: String) -> DaemonSettings {
        DaemonSettings(
            loop: LoopSettings(
                context: context, bootstrapServers: broker.servers, properties: [:], isStatic: false),
            stateDirectory: directory, httpAddress: "127.0.0.1", httpPort: 0, cacheMiB: 8, isEmbedded: true)
    }
}
