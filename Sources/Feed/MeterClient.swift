import Contracts
package import OutsideClient
package import Telemetry

/// Asks the utility for what the worker wants to know, on one thread: at the pace that is allowed, some calls at a
/// time, and none while the utility takes none. What an answer comes to goes as a record to `feed.internal`.
package typealias MeterClient = OutsideClient<MeterWork>

extension OutsideClient where Work == MeterWork {
    /// - Parameter properties: librdkafka's.
    package convenience init(
        _ settings: MeterClientSettings, _ properties: [String: String], _ metrics: MetricsRegistry, log: Logger
    ) {
        let metrics = FeedMetrics(metrics)
        let log = log.with(["context": Context.feed.name])
        self.init(limit: CallDesk.limit) { try MeterWork(settings, properties, metrics, log: log) }
    }
}
