import Configuration
import Contracts
import DRContext
import Daemon
import KepcoContext
import ResponseContext
import UserContext
import Workers

/// `negawatt dr | user | response | kepco`: the daemons.
enum DaemonCommand {
    static let dr = command(.dr, "orders: starts and ends them") { _ in DRWorker() }
    static let user = command(.user, "customers and their points") { _ in UserWorker() }
    static let response = command(
        .response, "who was asked and what they answered", ResponseOptions.keys
    ) { ResponseWorker(settings: ResponseOptions.settings($0)) }
    static let kepco = command(
        .kepco, "meter readings, and what was really reduced", KepcoOptions.keys
    ) { KepcoWorker(settings: KepcoOptions.settings($0)) }

    private static func command(
        _ context: Context, _ decides: String, _ further: [any ConfigurationOption] = [],
        _ makeWorker: @escaping @Sendable (Configuration) -> any Worker
    ) -> CommandDeclaration {
        CommandDeclaration(
            name: context.name, summary: "Runs the \(context) daemon: \(decides)",
            options: KafkaOptions.keys + DaemonOptions.keys + LogOptions.keys + further,
            about: """
                It waits until Kafka and the topics are there (negawatt topics create), restores its state and works until SIGTERM,
                which it obeys within 5 s; a second one ends it at once. However it ends, nothing is lost.
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
            try service.run([Daemon(makeWorker(configuration), settings, log: service.log)])
            return .success
        }
    }
}
