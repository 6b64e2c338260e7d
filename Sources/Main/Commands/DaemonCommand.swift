import Configuration
import Contexts
import Contracts
import Daemon
import Feed
import Notify
import Telemetry
import Workers

/// `negawatt CONTEXT`: the daemons, one for each context.
enum DaemonCommand {
    static let all = Contexts.types.map(command)

    /// What daemons' helps say beside what all of them say.
    private static let about: [Context: String] = [.feed: FeedCommand.about, .notify: NotifyCommand.about]
    private static let examples: [Context: String] = [.feed: FeedCommand.example, .notify: NotifyCommand.example]

    private static func command(_ worker: any Worker.Type) -> CommandDeclaration {
        let context = worker.context
        return CommandDeclaration(
            name: context.name, summary: "Runs the \(context) daemon: \(worker.summary)",
            options: KafkaOptions.keys + DaemonOptions.keys + LogOptions.keys + ContextOptions.keys(of: context),
            about: """
                It waits until Kafka and the topics exist (negawatt topics create), restores its state and runs until SIGTERM.
                It then stops within 5 s; a second SIGTERM stops it at once. However it stops, nothing is lost.
                """ + (about[context].map { "\n" + $0 } ?? ""),
            examples: [
                "negawatt \(context) --bootstrap-servers localhost:9092 --state-directory /var/lib/negawatt --instance 0",
                "NEGAWATT_BOOTSTRAP_SERVERS=kafka:9093 negawatt \(context) --config negawatt.properties "
                    + "--kafka security.protocol=SSL",
            ] + (examples[context].map { [$0] } ?? []),
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
        let client = try client(context, kafka, metrics, configuration, log: service.log)
        let daemon = Daemon(
            ContextOptions.worker(of: context, configuration), settings, outside: client, metrics: metrics,
            log: service.log)
        let feed = context == .dr ? feed(kafka, metrics, configuration, log: service.log) : nil
        let others: [(any Serving)?] = [feed, client]
        try service.run([daemon] + others.compactMap { $0 })
    }

    /// Makes a context's calls to the outside; nil where it has none, or nobody to call.
    private static func client(
        _ context: Context, _ kafka: KafkaOptions, _ metrics: MetricsRegistry, _ configuration: Configuration,
        log: Logger
    ) throws -> (any Outside & Serving)? {
        switch context {
        case .feed:
            if let settings = try FeedOptions.client(configuration) {
                return MeterClient(settings, kafka.all, metrics, log: log)
            }
            log.warning(
                "no utility is named: customers' meters are registered, and nobody is asked for readings",
                ["context": context.name, "do": "--utility URL --utility-key-file FILE"])
        case .notify:
            if let settings = try NotifyOptions.client(configuration) {
                return NotifyClient(settings, kafka.all, metrics, log: log)
            }
            log.warning(
                "no channels are named: nobody is told, and no contact is taken",
                ["context": context.name, "do": "--channels FILE"])
        default: break
        }
        return nil
    }

    /// Follows the market's file; nil without one.
    static func feed(
        _ kafka: KafkaOptions, _ metrics: MetricsRegistry, _ configuration: Configuration, log: Logger
    ) -> (any Serving)? {
        configuration[MarketOptions.file].map { MarketFeed($0, kafka.all, metrics, log: log) }
    }
}
