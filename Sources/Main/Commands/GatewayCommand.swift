import Daemon
import Gateway

/// `negawatt gateway`: the door for people and programs.
enum GatewayCommand {
    static let command = CommandDeclaration(
        name: "gateway", summary: "Runs the gateway: pages for operators and customers, and an HTTP API",
        options: KafkaOptions.keys + GatewayOptions.keys + LogOptions.keys,
        about: """
            It follows the contexts into a view of its own, serves it, and sends commands for its callers. It decides nothing and
            keeps nothing that is not in Kafka, so any number of gateways run side by side. It is ready when its view has caught up,
            and runs until SIGTERM.
            Callers need a token (--auth jwt, the default); to try it out on this machine, use --auth none.
            """,
        examples: [
            "negawatt gateway --bootstrap-servers localhost:9092 --gateway-address 127.0.0.1 --auth none",
            "negawatt gateway --config negawatt.properties --auth-keys-url https://id.example.com/jwks.json",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        // First: it takes the signals, from all threads that come.
        let service = Service(log: LogOptions.logger(configuration))
        let settings = try GatewayOptions.settings(KafkaOptions(configuration), configuration)
        try service.run([Gateway(settings, log: service.log)])
        return .success
    }
}
