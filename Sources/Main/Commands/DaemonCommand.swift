import Configuration
import Contexts
import Contracts
import Daemon
import Telemetry
import Workers

/// `negawatt CONTEXT`: the daemons, one for each context.
enum DaemonCommand {
    static let all = Contexts.types.map(command)

    private static func command(_ worker: any Worker.Type) -> CommandDeclaration {
        let context = worker.context
        return CommandDeclaration(
            name: context.name, summary: "Runs the \(context) daemon: \(worker.summary)",
            options: KafkaOptions.keys + DaemonOptions.keys + LogOptions.keys + ContextOptions.keys(of: context),
            about: """
                It waits until Kafka and the topics exist (negawatt topics create), restores its state and runs until SIGTERM.
                It then stops within 5 s; a second SIGTERM stops it at once. However it stops, nothing is lost.
                """,
            examples: [
                "negawatt \(context) --bootstrap-servers localhost:9092 --state-directory /var/lib/negawatt --instance 0",
                "NEGAWATT_BOOTSTRAP_SERVERS=kafka:9093 negawatt \(context) --config negawatt.properties "
                    + "--kafka security.protocol=SSL",
            ]
        ) { invocation in
            let configuration = invocation.configuration
            // First: it takes the signals, from all threads that come.
            let service = Service(log: LogOptions.logger(configuration))
            let kafka = try KafkaOptions(configuration)
            let settings = DaemonOptions.settings(context, kafka, configuration)
            let daemon = Daemon(ContextOptions.worker(of: context, configuration), settings, log: service.log)
            let feed = context == .dr ? feed(kafka, daemon.metrics, configuration, log: service.log) : nil
            try service.run([daemon] + (feed.map { [$0] } ?? []))
            return .success
        }
    }

    /// Follows the market's file; nil without one.
    static func feed(
        _ kafka: KafkaOptions, _ metrics: MetricsRegistry, _ configuration: Configuration, log: Logger
    ) -> (any Serving)? {
        configuration[MarketOptions.file].map { MarketFeed($0, kafka.all, metrics, log: log) }
    }
}
