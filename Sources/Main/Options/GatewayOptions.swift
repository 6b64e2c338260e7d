import Configuration
import Contexts
import Contracts
import Gateway
import Workers

/// How the gateway runs, beside `KafkaOptions`, `DoorOptions` and `LogOptions`.
struct GatewayOptions {
    static let address = ConfigurationKey(
        "gateway-address", .text, "IP", default: "0.0.0.0", "address for the API and the pages")
    static let port = ConfigurationKey(
        "gateway-port", .port, "PORT", default: 8080, "port for the API and the pages; 0 takes a free one and logs it")
    static let connections = ConfigurationKey(
        "gateway-connections", .integer(10...100_000), "N", default: GatewaySettings.connections,
        "the maximum number of connected clients, including those of the live stream")
    static let trustProxy = ConfigurationKey(
        "trust-proxy", .boolean, "BOOL", default: false,
        "true: links use Forwarded or X-Forwarded-Proto, -Host, -Prefix; only behind a proxy that sets them"
    )
    static let cache = ConfigurationKey(
        "gateway-cache-mib", .integer(1...65_536), "MIB", default: GatewaySettings.cacheMiB,
        "memory for the page cache while the view is built")
    static let contexts = ConfigurationKey(
        "context-health", .text, "NAME=URL",
        "health addresses of daemons, separated by commas, such as dr=http://dr:9464; for others Kafka is asked")
    static let certificate = ConfigurationKey(
        "tls-certificate", .file, "FILE",
        "the server's certificate and its intermediate certificates, as PEM; turns HTTPS on")
    static let key = ConfigurationKey(
        "tls-key", .file, "FILE", "its private key, as PEM; both files are reloaded when they change")
    private static let own: [any ConfigurationOption] = [
        address, port, certificate, key, contexts, connections, trustProxy, cache, AnswerLinkOptions.keyFile,
        DaemonOptions.httpPort, DaemonOptions.stateDirectory,
    ]
    static let keys = own + DoorOptions.keys

    static func settings(_ kafka: KafkaOptions, _ configuration: Configuration) throws -> GatewaySettings {
        let address = configuration[address]
        var settings = GatewaySettings(
            properties: kafka.all, stateDirectory: DaemonOptions.directory(configuration), httpAddress: address,
            httpPort: configuration[port], healthPort: configuration[DaemonOptions.httpPort],
            door: try DoorSettings(configuration, httpAddress: address), inputs: inputs)
        let addresses = try addresses(configuration[contexts] ?? "")
        settings.contextAddress = { addresses[$0] }
        switch (configuration[certificate], configuration[key]) {
        case (let certificate?, let key?): settings.tls = (certificate, key)
        case (nil, nil): break
        default:
            throw ConfigurationError("\(certificate.option) and \(key.option) go together: one is missing")
        }
        settings.connections = configuration[connections]
        settings.cacheMiB = configuration[cache]
        settings.trustProxy(configuration[trustProxy])
        settings.takeAnswers(signedBy: try AnswerLinkOptions.keys(configuration))
        return settings
    }

    private static func addresses(_ text: String) throws(ConfigurationError) -> [String: String] {
        var addresses: [String: String] = [:]
        for part in text.split(separator: ",") {
            let words = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard words.count == 2, Context.all.contains(where: { $0.name == words[0] }), words[1].hasPrefix("http")
            else {
                throw ConfigurationError(
                    "\(contexts.option) has \"\(part)\": write a context and its address, such as dr=http://dr:9464")
            }
            addresses[words[0]] = words[1].hasSuffix("/") ? String(words[1].dropLast()) : words[1]
        }
        return addresses
    }

    /// What each context reads beside its own topics, but for what gives way: that may wait as long as it likes.
    static let inputs = Dictionary(
        uniqueKeysWithValues: Contexts.types.map { worker in
            (worker.context.name, worker.inputs.filter { !worker.background.contains($0) }.map(\.name))
        })
}
