import AnswerLinks
import Configuration
import Contracts
import Daemon
import Feed
import Gateway
import Glibc
import Kafka
import KepcoContext
import Notify
import Synchronization
import Telemetry
import Workers

/// `negawatt dev`: everything in one process.
enum DevCommand {
    private static let servers = ConfigurationKey(
        KafkaOptions.servers.name, .servers, "HOST:PORT", "a real Kafka instead of the embedded broker")
    private static let directory = ConfigurationKey(
        DaemonOptions.stateDirectory.name, .directory, "DIR",
        "where the state files are (default: a temporary directory, removed at the end)")

    private static let gatewayPort = ConfigurationKey(
        option: "gateway-port", .port, "PORT", default: 0,
        "port of the gateway on 127.0.0.1; 0 takes a free one")

    static let command = CommandDeclaration(
        name: "dev", summary: "Runs all daemons in one process, with an embedded broker",
        options: [servers, KafkaOptions.property, Environment.config, TopicsCommand.partitions, directory, gatewayPort]
            + LogOptions.keys + ContextOptions.keys,
        about: """
            To try Negawatt out. The embedded broker forgets everything at the end; with --bootstrap-servers a real Kafka is used,
            and missing topics are created there. Prints the addresses of the broker and the gateway, and kcat commands that take a
            whole order from its start to the points. Logs go to standard error: one line for each handled record, and one for all
            others where there are more than a few a second. Ctrl-C ends it.
            """,
        examples: ["negawatt dev", "negawatt dev --bootstrap-servers localhost:9092 --log-level warning"]
    ) { invocation in
        let configuration = invocation.configuration
        // First: it takes the signals, from all threads that come.
        let service = Service(log: LogOptions.logger(configuration, descriptor: STDERR_FILENO))
        let partitions = configuration[TopicsCommand.partitions]
        guard let servers = configuration[servers] else {
            let broker = try EmbeddedBroker()
            for topic in Topic.all { try broker.createTopic(topic.name, partitions: partitions) }
            let kafka = try KafkaOptions(bootstrapServers: broker.bootstrapServers, configuration)
            try run(service, kafka, isEmbedded: true, configuration)
            // It lives as long as this does: until here.
            _ = broker.bootstrapServers
            return .success
        }
        let kafka = try KafkaOptions(bootstrapServers: servers, configuration)
        let admin = try Admin(kafka.all, log: LogOptions.forTools)
        _ = try TopicCatalogue.create(admin, partitions: partitions, replication: 1)
        try run(service, kafka, isEmbedded: false, configuration)
        return .success
    }

    private static func run(
        _ service: Service, _ kafka: KafkaOptions, isEmbedded: Bool, _ configuration: Configuration
    ) throws {
        let given = configuration[directory]
        let directory = try given ?? Directory.makeTemporary()
        // The address of the gateway is known when it listens, which is before anybody is told of an order.
        let front = Front()
        let answerKeys = try AnswerLinkOptions.keys(configuration) ?? .random()
        let receiver = try DevReceiver(configuration, AnswerLinkMaker(answerKeys) { front.page })
        let meters = try DevMeters(configuration)
        let workers = try Context.all.map { context -> any Worker in
            switch context {
            case .feed: meters.worker
            case .notify: receiver.worker
            default: try ContextOptions.of(context).configure(configuration).worker
            }
        }
        let contexts = workers.map { type(of: $0).context }
        let clients = Clients(meters, receiver, kafka, log: service.log)
        let daemons: [any Serving] = workers.map { worker in
            let loop = LoopSettings(
                context: type(of: worker).context, bootstrapServers: kafka.bootstrapServers,
                properties: kafka.properties, isStatic: false)
            let settings = DaemonSettings(
                loop: loop, stateDirectory: directory, httpAddress: "127.0.0.1", httpPort: 0, cacheMiB: 16,
                isEmbedded: isEmbedded)
            guard let (client, metrics) = clients.of(type(of: worker).context) else {
                return Daemon(worker, settings, log: service.log)
            }
            return Daemon(worker, settings, outside: client, metrics: metrics, log: service.log)
        }
        let tour = Tour(
            servers: kafka.bootstrapServers, directory: directory, isEmbedded: isEmbedded,
            utcOffset: KepcoOptions.settings(configuration).utcOffset, utility: meters.url, receiver: receiver.url)
        write("starting on \(kafka.bootstrapServers)\n")
        var settings = GatewaySettings(
            properties: kafka.all, stateDirectory: directory, httpAddress: "127.0.0.1",
            httpPort: configuration[gatewayPort], healthPort: 0, door: .local,
            inputs: GatewayOptions.inputs)
        let names = contexts.map(\.name)
        let announcer = Announcer(names + ["gateway"]) { write(tour.text(ports: $0)) }
        // The embedded broker does not tell how far groups have come.
        settings.contextAddress = { name in
            names.firstIndex(of: name).flatMap(announcer.port).map { "http://127.0.0.1:\($0)" }
        }
        settings.takeAnswers(signedBy: answerKeys)
        let gateway = Gateway(settings, log: service.log)
        let feed = DaemonCommand.feed(kafka, MetricsRegistry(), configuration, log: service.log)
        @Sendable func listens(_ index: Int, _ port: UInt16) {
            if index == names.count { front.port.withLock { $0 = port } }
            announcer.listens(index, port)
        }
        try service.run(daemons + [gateway] + clients.all + (feed.map { [$0] } ?? []), onListening: listens) {
            announcer.stop()
            meters.stop()
            receiver.stop()
            if given == nil { Directory.remove(directory) }
        }
    }

    /// Where the gateway listens; nil as long as it does not.
    private final class Front: Sendable {
        let port = Mutex<UInt16?>(nil)

        var page: String? { port.withLock { $0 }.map { "http://127.0.0.1:\($0)/answer" } }
    }

    /// Those that make contexts' calls to the outside, with the metrics that they share with the daemons.
    private struct Clients {
        private let meters: MeterClient
        private let notices: NotifyClient
        private let ofMeters = MetricsRegistry()
        private let ofNotices = MetricsRegistry()

        init(_ meters: DevMeters, _ receiver: DevReceiver, _ kafka: KafkaOptions, log: Logger) {
            self.meters = MeterClient(meters.client, kafka.all, ofMeters, log: log)
            notices = NotifyClient(receiver.client, kafka.all, ofNotices, log: log)
        }

        var all: [any Serving] { [meters, notices] }

        func of(_ context: Context) -> (client: any Outside, metrics: MetricsRegistry)? {
            switch context {
            case .feed: (meters, ofMeters)
            case .notify: (notices, ofNotices)
            default: nil
            }
        }
    }
}
