/// How a daemon runs.
package struct DaemonSettings: Sendable {
    /// How the loop talks to Kafka.
    package var loop: LoopSettings
    /// Its files lie in a directory of the context's name below this one.
    package var stateDirectory: String
    /// Where health and metrics are served.
    package var httpAddress: String
    /// 0 takes a free one.
    package var httpPort: UInt16
    /// Memory for rows and for pages of all files together.
    package var cacheMiB: Int
    /// How long the loop may not poll before `/livez` says so.
    package var livenessLimit: Duration
    /// On librdkafka's mock cluster, which knows no topic settings and forgets transactional offsets.
    package var isEmbedded: Bool
    /// Whether the inputs' compression cannot be set, and is not to be warned of.
    package var acceptsCompressed: Bool
    /// Whether it keeps the files of partitions that other members work on nearly up to date.
    package var isStandby = false
    /// How long they may take until it joins its group.
    package var standbyWait = standbyWait

    /// The default: how long a new member waits for warm files before it joins.
    package static let standbyWait = Duration.seconds(600)
    /// The default: memory for rows and pages of all files.
    package static let cacheMiB = 256

    /// What is not given here has its default.
    package init(
        loop: LoopSettings, stateDirectory: String, httpAddress: String, httpPort: UInt16,
        cacheMiB: Int = cacheMiB, livenessLimit: Duration = .seconds(120), isEmbedded: Bool = false,
        acceptsCompressed: Bool = false
    ) {
        (self.loop, self.stateDirectory, self.isEmbedded) = (loop, stateDirectory, isEmbedded)
        (self.httpAddress, self.httpPort) = (httpAddress, httpPort)
        (self.cacheMiB, self.livenessLimit) = (cacheMiB, livenessLimit)
        self.acceptsCompressed = acceptsCompressed
    }
}
