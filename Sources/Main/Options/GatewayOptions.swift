import Contexts
import Contracts
import Daemon
import Gateway
import Workers

/// How the gateway runs, beside `KafkaOptions`, `DoorOptions` and `LogOptions`.
///
/// - `gateway-address`, `gateway-port`: of the API and the pages; port 0 takes a free one and logs it.
/// - `http-port`: of health and metrics, as for all daemons.
/// - `state-directory`: its files are in a directory `gateway` below this one. They hold nothing that is not in Kafka.
/// - `tls-certificate`, `tls-key`: for HTTPS without a proxy in front.
/// - `context-health`: the page of health asks there, and Kafka of the other contexts.
/// - `trust-proxy`: whether Forwarded and X-Forwarded-Proto, -Host and -Prefix say how clients call it.
struct GatewayOptions {
    static let address = ConfigurationKey(
        "gateway-address", .text, "IP", default: "0.0.0.0", "where the API and the pages are served")
    static let port = ConfigurationKey(
        "gateway-port", .integer(0...65_535), "PORT", default: "8080",
        "port of the API and the pages; 0 takes a free one and logs it")
    static let connections = ConfigurationKey(
        "gateway-connections", .integer(10...100_000), "N", default: "10000",
        "how many clients may be connected, those of the live stream included")
    static let trustProxy = ConfigurationKey(
        "trust-proxy", .choice(["true", "false"]), "BOOL", default: "false",
        "whether Forwarded and X-Forwarded-Proto, -Host, -Prefix say how clients call it: only behind a proxy that sets them"
    )
    static let cache = ConfigurationKey(
        "gateway-cache-mib", .integer(1...65_536), "MIB", default: "64", "memory for pages of the view while it is made"
    )
    static let contexts = ConfigurationKey(
        "context-health", .text, "NAME=URL",
        "where daemons say how they are, with commas between them, as dr=http://dr:9464; Kafka is asked of the others")
    static let certificate = ConfigurationKey(
        "tls-certificate", .file, "FILE",
        "the server's certificate and those between it and its authority, as PEM: HTTPS")
    static let key = ConfigurationKey(
        "tls-key", .file, "FILE", "its private key, as PEM; both are read again when they change")
    static let keys =
        [
            address, port, certificate, key, contexts, connections, trustProxy, cache, DaemonOptions.httpPort,
            DaemonOptions.stateDirectory,
        ]
        + DoorOptions.keys

    static func settings(_ kafka: KafkaOptions, _ configuration: Configuration) throws -> GatewaySettings {
        let address = try configuration.required(address)
        var settings = GatewaySettings(
            properties: kafka.all, stateDirectory: try DaemonOptions.directory(configuration), httpAddress: address,
            httpPort: UInt16(clamping: configuration.number(port) ?? 0),
            healthPort: UInt16(clamping: configuration.number(DaemonOptions.httpPort) ?? 0),
            door: try DoorSettings(configuration, httpAddress: address), inputs: inputs)
        let addresses = try addresses(configuration.text(contexts) ?? "")
        settings.contextAddress = { addresses[$0] }
        switch (configuration.text(certificate), configuration.text(key)) {
        case (let certificate?, let key?): settings.tls = (certificate, key)
        case (nil, nil): break
        default:
            throw ConfigurationError("\(certificate.option) and \(key.option) go together: one of them is missing")
        }
        settings.connections = Int(configuration.number(connections) ?? 10_000)
        settings.cacheMiB = Int(configuration.number(cache) ?? 64)
        settings.trustProxy(configuration.text(trustProxy) == "true")
        return settings
    }

    private static func addresses(_ text: String) throws(ConfigurationError) -> [String: String] {
        var addresses: [String: String] = [:]
        for part in text.split(separator: ",") {
            let words = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard words.count == 2, Context.all.contains(where: { $0.name == words[0] }), words[1].hasPrefix("http")
            else {
                throw ConfigurationError(
                    "\(contexts.option) has \"\(part)\": write a context and its address, as dr=http://dr:9464")
            }
            addresses[words[0]] = words[1].hasSuffix("/") ? String(words[1].dropLast()) : words[1]
        }
        return addresses
    }

    /// What each context reads beside its own topics.
    static let inputs = Dictionary(
        uniqueKeysWithValues: Contexts.types.map { ($0.context.name, $0.inputs.map(\.name)) })
}
