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
        let options = ContextOptions.of(context)
        return CommandDeclaration(
            name: context.name, summary: "Runs the \(context) daemon: \(worker.summary)",
            options: KafkaOptions.keys + DaemonOptions.keys + LogOptions.keys + options.keys,
            about: """
                It waits until Kafka and the topics exist (negawatt topics create), restores its state and runs until SIGTERM.
                It then stops within 5 s; a second SIGTERM stops it at once. However it stops, nothing is lost.
                """ + (options.about.map { "\n" + $0 } ?? ""),
            examples: [
                "negawatt \(context) --bootstrap-servers localhost:9092 --state-directory /var/lib/negawatt --instance 0",
                "NEGAWATT_BOOTSTRAP_SERVERS=kafka:9093 negawatt \(context) --config negawatt.properties "
                    + "--kafka security.protocol=SSL",
            ] + (options.example.map { [$0] } ?? []),
            commands: options.commands
        ) { invocation in
            try run(context, invocation.configuration)
            return .success
        }
    }

    private static func run(_ context: Context, _ configuration: Configuration) throws {
        // First: it takes the signals, from all threads that come.
        let service = Service(log: LogOptions.logger(configuration))
        let kafka = try KafkaOptions(configuration)
        let settings = DaemonOptions.settings(context, kafka, configuration)
        let metrics = MetricsRegistry()
        let configured = try ContextOptions.of(context).configure(configuration)
        let client = configured.client?(kafka, metrics, service.log)
        if client == nil, let lack = configured.lack {
            service.log.warning(lack.message, ["context": context.name, "do": lack.remedy])
        }
        let daemon = Daemon(configured.worker, settings, outside: client, metrics: metrics, log: service.log)
        let feed = context == .dr ? feed(kafka, metrics, configuration, log: service.log) : nil
        let others: [(any Serving)?] = [feed, client]
        try service.run([daemon] + others.compactMap { $0 })
    }

    /// Follows the market's file; nil without one.
    static func feed(
        _ kafka: KafkaOptions, _ metrics: MetricsRegistry, _ configuration: Configuration, log: Logger
    ) -> (any Serving)? {
        configuration[MarketOptions.file].map { MarketFeed($0, kafka.all, metrics, log: log) }
    }
}
