import Contracts
package import OutsideClient
package import Telemetry

/// Tells receivers what the worker wants customers told, on one thread: up to 100 notices of a channel in a call, at
/// the channel's pace, some calls at a time, and none while its receiver takes none. What each notice comes to goes as
/// a record to `notify.internal`.
package typealias NotifyClient = OutsideClient<NoticeWork>

extension OutsideClient where Work == NoticeWork {
    /// - Parameter properties: librdkafka's.
    package convenience init(
        _ settings: NotifyClientSettings, _ properties: [String: String], _ metrics: MetricsRegistry, log: Logger
    ) {
        let metrics = NotifyMetrics(metrics)
        let log = log.with(["context": Context.notify.name])
        self.init(limit: NoticeDesk.limit) { try NoticeWork(settings, properties, metrics, log: log) }
    }
}
