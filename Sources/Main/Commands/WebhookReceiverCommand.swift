import Configuration
import Contracts
import Daemon
import JSON
import Kafka
import Simulators
import WebhookReceiver
import Webhooks

/// `negawatt webhook-receiver`: a receiver of notices that tells nobody.
enum WebhookReceiverCommand {
    private static let common = SimulatorOptions<ReceiverFault, AddressFault>(
        "webhook-receiver", subject: "faults", slow: ReceiverService.Settings().slow)
    private static let taken = ConfigurationKey(
        option: "taken", .file, "FILE",
        "a file that gets a line of JSON for each notice that comes, before it is answered; keys in it are known again")
    private static let receipts = ConfigurationKey(
        option: "receipts-to", .servers, "HOST:PORT", "a Kafka that gets a ConfirmNotice of each notice that was taken")

    static let command = CommandDeclaration(
        name: "webhook-receiver", summary: "Takes customers' notices as a receiver of a channel does, with faults",
        options: common.keys + [taken, receipts],
        about: """
            For tests and for trying out. Takes what notify tells at \(ReceiverService.path), each notice once by its key, and says
            duplicate of a repeat. Of the faults lost and cut take the notices and do not say so, partly says nothing of each second
            one, and refused is of addresses: it is the same each time.
            GET /simulator/counts, and its last line, say how many notices came, and how many repeats by key; GET /simulator/notices shows
            the last 100, with their texts and links, to whoever reaches the port. Ctrl-C ends it. Whoever reaches
            its port can read the last notices, with the links in them.
            """,
        examples: [
            "negawatt webhook-receiver --port 11090 --key-file push.key",
            "negawatt webhook-receiver --faults 503=20,lost=10,refused=5 --seed 7",
        ],
        run: run)

    @Sendable private static func run(_ invocation: Invocation) throws -> ExitCode {
        let configuration = invocation.configuration
        // First: it takes the signals, from all threads that come.
        let signals = Signals.block()
        var settings = ReceiverService.Settings()
        settings.faults = try common.faults(configuration)
        settings.seed = configuration[common.seed]
        settings.slow = configuration[common.slow]
        settings.key = try common.key(configuration) { WebhookKey($0) }
        if let path = configuration[taken] {
            let file: ReceiverFile
            do { file = try ReceiverFile(path) } catch { throw common.usage("--taken: \(error)") }
            settings.taken = file.taken
            settings.record = { file.append($0, $1) }
        }
        let producer = try configuration[receipts].map { try Self.producer($0) }
        if let producer { settings.receipt = { send(NoticeKey($0), producer) } }
        defer { producer?.close(within: .seconds(2)) }
        let service = ReceiverService(settings)
        try common.serve(service, configuration) { signals.wait() }
        write("\(service.counts.text)\n")
        return .success
    }

    private static func producer(_ servers: String) throws -> AcknowledgedProducer {
        try AcknowledgedProducer(
            ["bootstrap.servers": servers], topics: [Topic.notifyCommands.name], log: LogOptions.forTools
        ) { _, _ in }
    }

    /// What is not taken is a receipt that never comes.
    private static func send(_ key: NoticeKey?, _ producer: AcknowledgedProducer) {
        guard let key else { return }
        var json = JSONWriter()
        json.message(ConfirmNotice(key, isDelivered: true), at: .current)
        try? producer.send(
            Topic.notifyCommands.name, key: key.user.text.utf8.span, value: json.bytes, token: 1)
    }
}
