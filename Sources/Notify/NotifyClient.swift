import Contracts
package import OutsideClient
package import Telemetry

/// Tells receivers what the worker wants customers told, on one thread: up to 100 notices of a channel in a call, at
/// the channel's pace, some calls at a time, and none while its receiver takes none. What each notice comes to goes as
/// a record to `notify.internal`.
package typealias NotifyClient = OutsideClient<NoticeWork>

extension OutsideClient where Work == NoticeWork {
    /// - Parameters:
    ///   - properties: librdkafka's.
    ///   - limit: notices that wait to be taken over, at most.
    ///   - deskLimit: notices of a channel that wait for their turn, at most.
    package convenience init(
        _ settings: NotifyClientSettings, _ properties: [String: String], _ metrics: MetricsRegistry, log: Logger,
        limit: Int = NoticeDesk.limit, deskLimit: Int = NoticeDesk.limit
    ) {
        let metrics = NotifyMetrics(metrics)
        let log = log.with(["context": Context.notify.name])
        self.init(limit: limit) {
            try NoticeWork(settings, properties, metrics, deskLimit: deskLimit, log: log)
        }
    }
}
