import Configuration
import Contracts
import Daemon
import HTTP
import JSON
import Kafka
import WebhookReceiver
import Webhooks

/// `negawatt webhook-receiver`: a receiver of notices that tells nobody.
enum WebhookReceiverCommand {
    private static let address = ConfigurationKey(
        option: "address", .text, "IP", default: "127.0.0.1", "IP address to listen on")
    private static let port = ConfigurationKey(
        option: "port", .port, "PORT", default: 0, "port to listen on; 0 takes a free one")
    private static let seed = ConfigurationKey(
        option: "seed", .integer(0...UInt64(Int64.max)), "N", default: 1, "the same seed gives the same faults")
    private static let faults = ConfigurationKey(
        option: "faults", .text, "LIST", default: "none",
        "in how many of 1,000 cases something goes wrong, as 503=20,cut=5: \(ReceiverFaults.words.joined(separator: ", ")); or all, ten of each"
    )
    private static let slow = ConfigurationKey(
        option: "slow-ms", .milliseconds(1...600_000), "MS", default: .seconds(20), "how late a slow answer is")
    private static let key = ConfigurationKey(
        option: "key-file", .file, "FILE",
        "a file with the key that calls have to be signed with (default: any will do)")

    private static let receipts = ConfigurationKey(
        option: "receipts-to", .servers, "HOST:PORT", "a Kafka that gets a ConfirmNotice of each notice that was taken")

    static let command = CommandDeclaration(
        name: "webhook-receiver", summary: "Takes customers' notices as a receiver of a channel does, with faults",
        options: [address, port, seed, faults, slow, key, receipts],
        about: """
            For tests and for trying out. Takes what notify tells at \(ReceiverServer.path), each notice once by its key, and says
            duplicate of a repeat. Of the faults lost and cut take the notices and do not say so, partly says nothing of each second
            one, and refused is of addresses: it is the same each time.
            GET /simulator/counts, and its last line, say how many notices came, and how many repeats by key; GET /simulator/notices shows
            the last 100, with their texts and links. Ctrl-C ends it.
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
        guard let faults = ReceiverFaults(configuration[faults]) else {
            throw usage(
                "--faults \"\(configuration[faults])\": write NAME=N for some of \(ReceiverFaults.words.joined(separator: ", "))"
            )
        }
        settings.faults = faults
        settings.seed = configuration[seed]
        settings.slow = configuration[slow]
        if let path = configuration[key] {
            guard let key = WebhookKey(try MarketFile(path: path).read()) else { throw usage("\(path) has no key") }
            settings.key = key
        }
        let producer = try configuration[receipts].map { try Self.producer($0) }
        if let producer { settings.receipt = { send(NoticeKey($0), producer) } }
        defer { producer?.close(within: .seconds(2)) }
        let service = ReceiverService(settings)
        let server = try ReceiverServer(
            address: configuration[address], port: configuration[port], service)
        write("listening on http://\(configuration[address]):\(server.port)\(ReceiverServer.path)\n")
        signals.wait()
        server.stop()
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

    private static func usage(_ text: String) -> UsageError {
        UsageError(description: text, path: ["webhook-receiver"])
    }
}
