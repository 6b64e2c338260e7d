import Telemetry

/// Says and counts what a daemon has found in the settings of the topics that outsiders write. It warns for one
/// release; then it will refuse. Belongs to the thread that looks.
final class OutsiderReport: @unchecked Sendable {
    private let acceptsCompressed: Bool
    private var reported: OutsiderTopics.Finding?

    init(acceptsCompressed: Bool) { self.acceptsCompressed = acceptsCompressed }

    /// - Returns: how the inputs are to be read.
    func take(_ finding: OutsiderTopics.Finding, _ bootstrapServers: String, _ metrics: DaemonMetrics, _ log: Logger)
        -> FetchBounds
    {
        let bounds = FetchBounds(isCompressed: finding.isCompressed, largestBatch: finding.largestBatch)
        let faults = finding.faults.map { topic, names in
            (topic, acceptsCompressed ? names.filter { $0 != "compression.type" } : names)
        }.filter { !$0.1.isEmpty }
        metrics.settingsFaults.set(faults.reduce(0) { $0 + $1.1.count })
        guard finding != reported else { return bounds }
        reported = finding
        for (topic, names) in faults {
            log.warning(
                "a topic that outsiders write has unsafe settings: correct them; a later version will refuse to start",
                [
                    "topic": topic, "settings": names.joined(separator: ","),
                    "do": OutsiderTopics.line(topic, names, bootstrapServers: bootstrapServers),
                ])
        }
        if acceptsCompressed, finding.isCompressed {
            let topics = finding.faults.filter { $0.names.contains("compression.type") }.map(\.topic)
            log.info(
                "compressed topics are accepted: one batch can unpack to this much memory, so little is fetched at a time",
                [
                    "topics": topics.joined(separator: ","), "gzip.mib": bounds.batchMiB, "zstd.mib": bounds.zstdMiB,
                    "do": "a smaller max.message.bytes of these topics bounds it further: "
                        + "\(FetchBounds.smallBatch) to \(FetchBounds.smallBatch * FetchBounds.gzipRatio >> 20) MiB",
                ])
        }
        return bounds
    }
}
