import AnswerLinks
import Calls
import Configuration
import Contexts
import Contracts
import Daemon
import JWT
import Kafka
import RealKafka
import Telemetry
import Testing
import Tokens
import Workers

@testable import Gateway

/// All of it in this process, as `negawatt dev` has it: all contexts and two gateways, on an embedded broker. One
/// of the gateways takes everybody for an operator, the other one wants tokens; to one another they are replicas.
final class Stage: Sendable {
    /// The one for all tests that can share one: each has ids of its own.
    static let shared = Result { try Stage() }

    let servers: String
    /// No token is needed.
    let open: WebClient
    /// One is.
    let guarded: WebClient
    /// By which links are signed, at both gateways.
    static let answerKeys = AnswerLinkKeys.random()
    private let directory: String
    private let keys: KeyFile

    /// It lives as long as the process.
    private final class Broker: @unchecked Sendable {
        let broker: EmbeddedBroker
        init() throws { broker = try EmbeddedBroker() }
    }

    /// - Parameter down: a context that is not there yet: see `start`.
    init(without down: Context? = nil) throws {
        let broker = try Broker()
        for topic in Topic.all { try broker.broker.createTopic(topic.name, partitions: 2) }
        servers = broker.broker.bootstrapServers
        directory = try Leftovers.temporaryDirectory("stage")
        keys = try KeyFile([SigningKey.ed.jwk("ed")])
        var contexts: [String: Part] = [:]
        for worker in Contexts.workers() where type(of: worker).context != down {
            contexts[type(of: worker).context.name] = Self.start(worker, servers, directory)
        }
        let gateways = [
            Part("open", Self.gateway(servers, directory + "/open", .local)),
            Part("guarded", Self.gateway(servers, directory + "/guarded", try Self.tokens(keys.path))),
        ]
        let parts = Array(contexts.values) + gateways
        Leftovers.atExit {
            for part in parts { part.requestStop() }
            for part in parts { part.leave() }
            withExtendedLifetime(broker) {}
        }
        open = try gateways[0].awaitReady()
        guarded = try gateways[1].awaitReady()
        for part in contexts.values { _ = try part.awaitReady() }
    }

    private static func start(_ worker: any Worker, _ servers: String, _ directory: String) -> Part {
        let context = type(of: worker).context
        let loop = LoopSettings(context: context, bootstrapServers: servers, properties: [:], isStatic: false)
        let settings = DaemonSettings(
            loop: loop, stateDirectory: directory, httpAddress: "127.0.0.1", httpPort: 0, cacheMiB: 8, isEmbedded: true)
        return Part(context.name, Daemon(worker, settings, log: quiet))
    }

    private static func gateway(
        _ servers: String, _ directory: String, _ door: DoorSettings,
        _ change: (inout GatewaySettings) -> Void = { _ in }
    ) -> Gateway {
        var settings = GatewaySettings(
            properties: ["bootstrap.servers": servers, "message.timeout.ms": "60000"], stateDirectory: directory,
            httpAddress: "127.0.0.1", httpPort: 0, healthPort: 0, door: door, inputs: [:])
        // However busy the machine is: whoever waits for less says so.
        settings.api.wait = Patience.usual
        settings.api.positionWait = Patience.usual
        settings.commands.breaker.slow = Patience.usual
        settings.api.answerAge = Patience.usual
        settings.takeAnswers(signedBy: answerKeys)
        change(&settings)
        return Gateway(settings, log: quiet)
    }

    private static func tokens(_ keys: String, _ more: [(String, String)] = []) throws -> DoorSettings {
        // Tests ask as often as they like.
        let words =
            [("auth-keys-file", keys), ("auth-issuer", rules.issuer), ("auth-audience", rules.audience)]
            + (more.isEmpty ? [("rate-limit", "0")] : more)
        return try DoorSettings(
            Configuration(
                options: DoorOptions.keys, settings: DoorOptions.keys.filter(\.isSetting),
                words: words.map { (name: $0.0, text: $0.1) }), httpAddress: "127.0.0.1")
    }

    // MARK: What tests do to it

    /// One more gateway that wants tokens, with other settings.
    func gateway(
        _ settings: [(String, String)] = [], _ change: (inout GatewaySettings) -> Void = { _ in }
    ) throws -> Part {
        let directory = try Leftovers.temporaryDirectory("gateway")
        return Part("gateway", Self.gateway(servers, directory, try Self.tokens(keys.path, settings), change))
    }

    /// Starts one that was down.
    func start(_ context: Context) throws {
        for worker in Contexts.workers() where type(of: worker).context == context {
            let part = Self.start(worker, servers, directory)
            Leftovers.atExit { part.leave() }
            _ = try part.awaitReady()
        }
    }

    func send(_ topic: Topic, key: String, _ value: String) throws { try send(topic.name, [(key, value)]) }

    func send(_ topic: String, _ records: [(key: String, value: String)]) throws {
        let producer = try Producer(["bootstrap.servers": servers], log: quiet)
        for (key, value) in records {
            let partition = Partitioner.partition(of: key, among: 2)
            try producer.send(topic, partition: partition, key: key.utf8.span, value: value.utf8.span)
        }
        try producer.flush(milliseconds: Int32(Patience.usual.milliseconds))
    }

    /// A header with a token of this role; a customer's is his own.
    static func authorization(
        _ role: Role, customer: String? = nil, expiresIn seconds: Int64 = 3600
    ) -> (name: String, value: String) {
        let time = Timestamp.current.milliseconds / 1000
        let claims =
            #"{"iss":"\#(rules.issuer)","aud":"\#(rules.audience)","sub":"\#(customer ?? role.rawValue)","exp":\#(time + seconds),"#
            + #""roles":["\#(role.rawValue)"]\#(customer.map { #","customer":"\#($0)""# } ?? "")}"#
        return ("Authorization", "Bearer \(SigningKey.ed.token("ed", claims: claims))")
    }
}
