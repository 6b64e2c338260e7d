import Configuration
import Contexts
import Contracts
import Daemon
import Feed
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
                """ + (context == .feed ? "\n" + FeedCommand.about : ""),
            examples: [
                "negawatt \(context) --bootstrap-servers localhost:9092 --state-directory /var/lib/negawatt --instance 0",
                "NEGAWATT_BOOTSTRAP_SERVERS=kafka:9093 negawatt \(context) --config negawatt.properties "
                    + "--kafka security.protocol=SSL",
            ] + (context == .feed ? [FeedCommand.example] : []),
            commands: context == .feed ? [FeedCommand.file] : []
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
        let client = try context == .feed ? client(kafka, metrics, configuration, log: service.log) : nil
        let daemon = Daemon(
            ContextOptions.worker(of: context, configuration), settings, outside: client, metrics: metrics,
            log: service.log)
        let feed = context == .dr ? feed(kafka, metrics, configuration, log: service.log) : nil
        try service.run([daemon] + [feed, client].compactMap { $0 as (any Serving)? })
    }

    /// Asks the utility; nil without one.
    static func client(
        _ kafka: KafkaOptions, _ metrics: MetricsRegistry, _ configuration: Configuration, log: Logger
    ) throws -> MeterClient? {
        guard let settings = try FeedOptions.client(configuration) else {
            log.warning(
                "no utility is named: customers' meters are registered, and nobody is asked for readings",
                ["context": Context.feed.name, "do": "--utility URL --utility-key-file FILE"])
            return nil
        }
        return MeterClient(settings, kafka.all, metrics, log: log)
    }

    /// Follows the market's file; nil without one.
    static func feed(
        _ kafka: KafkaOptions, _ metrics: MetricsRegistry, _ configuration: Configuration, log: Logger
    ) -> (any Serving)? {
        configuration[MarketOptions.file].map { MarketFeed($0, kafka.all, metrics, log: log) }
    }
}
