import Daemon

/// `negawatt health`: what a probe asks of a daemon on this machine.
enum HealthCommand {
    private static let path = ConfigurationKey(
        option: "path", .text, "PATH", default: "/readyz", "what to ask for: /readyz, /livez, /startupz or /metrics")
    private static let timeout = ConfigurationKey(
        option: "timeout-ms", .integer(1...60_000), "MS", default: "2000", "how long to wait for the answer")

    static let command = CommandDeclaration(
        name: "health", summary: "Asks a daemon whether it is well; exits 0 if it is, 1 if not",
        options: [
            DaemonOptions.httpPort, DaemonOptions.httpAddress.withDefault("127.0.0.1"), path, timeout,
            Environment.config,
        ],
        examples: ["negawatt health --http-port 9464 --path /livez"]
    ) { invocation in
        let configuration = invocation.configuration
        // The daemon's own setting may say "all addresses".
        let listening = configuration.text(DaemonOptions.httpAddress) ?? ""
        let address = ["0.0.0.0": "127.0.0.1", "::": "::1"][listening] ?? listening
        let answer = try HTTPProbe.get(
            configuration.required(path), address: address,
            port: UInt16(clamping: configuration.number(DaemonOptions.httpPort) ?? 0),
            timeout: .milliseconds(configuration.number(timeout) ?? 2000))
        write(answer.body)
        return answer.status == 200 ? .success : .failure
    }
}
