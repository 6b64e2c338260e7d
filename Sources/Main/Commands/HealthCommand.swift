import Configuration

/// `negawatt health`: what a probe asks of a daemon on this machine.
enum HealthCommand {
    private static let port = ConfigurationKey(
        DaemonOptions.httpPort.name, .port, "PORT", default: 9464, "the daemon's --http-port")
    private static let address = ConfigurationKey(
        DaemonOptions.httpAddress.name, .text, "IP", default: "127.0.0.1", "the daemon's --http-address")
    private static let path = ConfigurationKey(
        option: "path", .text, "PATH", default: "/readyz", "the path to request: /readyz, /livez, /startupz or /metrics"
    )
    private static let timeout = ConfigurationKey(
        option: "timeout-ms", .milliseconds(1...60_000), "MS", default: .seconds(2), "how long to wait for the answer")

    static let command = CommandDeclaration(
        name: "health", summary: "Checks a daemon's health; exits 0 if it is healthy, 1 if not",
        options: [
            port, address, path, timeout, Environment.config,
        ],
        examples: ["negawatt health --http-port 9464 --path /livez"]
    ) { invocation in
        let configuration = invocation.configuration
        // The daemon's own setting may say "all addresses".
        let listening = configuration[address]
        let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][listening] ?? listening
        let answer = try HTTPProbe.get(
            configuration[path], address: host,
            port: configuration[port], timeout: configuration[timeout])
        write(answer.body)
        return answer.status == 200 ? .success : .failure
    }
}
