import Contracts
import Daemon

/// How a daemon runs, beside `KafkaOptions` and `LogOptions`.
///
/// - `state-directory`: its files are in a directory of the context's name below this one.
/// - `instance`: an ordinal from 0, nobody else's in the context.
/// - `membership`: static keeps a member's partitions over its restart; dynamic gives them to others at once.
/// - `http-address`, `http-port`: of health and metrics; port 0 takes a free one and logs it.
/// - `commit-interval-ms`: how long a transaction may last under load.
/// - `cache-mib`: memory for pages of all files together.
/// - `mixed-versions`: what a context says to itself goes where version 0.1.0 reads it.
/// - `accept-compressed-topics`: where a managed Kafka lets no topic have compression.type=uncompressed.
struct DaemonOptions {
    static let stateDirectory = ConfigurationKey(
        "state-directory", .directory, "DIR", default: "/var/lib/negawatt", "where the state files are, by context")
    static let instance = ConfigurationKey(
        "instance", .integer(0...9999), "N", default: "0",
        "this daemon's number among those of its context: stable, and nobody else's")
    static let membership = ConfigurationKey(
        "membership", .choice(["static", "dynamic"]), "KIND", default: "static",
        "whether the partitions wait for this daemon while it restarts")
    static let httpAddress = ConfigurationKey(
        "http-address", .text, "IP", default: "0.0.0.0", "where health and metrics are served")
    static let httpPort = ConfigurationKey(
        "http-port", .integer(0...65_535), "PORT", default: "9464",
        "port of /livez /readyz /startupz /metrics; 0 takes a free one and logs it")
    static let commitInterval = ConfigurationKey(
        "commit-interval-ms", .integer(1...5000), "MS", default: "100", "how long a transaction may last under load")
    static let cache = ConfigurationKey(
        "cache-mib", .integer(1...65_536), "MIB", default: "256", "memory for the pages of all state files together")
    static let acceptCompressed = ConfigurationKey(
        "accept-compressed-topics", .choice(["true", "false"]), "BOOL", default: "false",
        "where compression.type=uncompressed cannot be set: no warning; a batch can take 1032 times max.message.bytes")
    static let mixed = ConfigurationKey(
        "mixed-versions", .choice(LoopSettings.Mixed.allCases.map(\.rawValue)), "HOW", default: "off",
        "to go back to version 0.1.0, all daemons first to accept, then to write; and the other way to come again: see the README"
    )
    static let keys = [
        stateDirectory, instance, membership, httpAddress, httpPort, commitInterval, cache, acceptCompressed, mixed,
    ]

    static func settings(_ context: Context, _ kafka: KafkaOptions, _ configuration: Configuration) throws
        -> DaemonSettings
    {
        var loop = LoopSettings(
            context: context, bootstrapServers: kafka.bootstrapServers,
            instance: Int(configuration.number(instance) ?? 0), properties: kafka.properties,
            isStatic: configuration.text(membership) == "static",
            commitInterval: .milliseconds(configuration.number(commitInterval) ?? 100))
        loop.mixed = configuration.text(mixed).flatMap(LoopSettings.Mixed.init) ?? .off
        return try DaemonSettings(
            loop: loop, stateDirectory: directory(configuration), httpAddress: configuration.required(httpAddress),
            httpPort: UInt16(clamping: configuration.number(httpPort) ?? 0),
            cacheMiB: Int(configuration.number(cache) ?? 256),
            acceptsCompressed: configuration.text(acceptCompressed) == "true")
    }

    /// Without slashes at its end.
    static func directory(_ configuration: Configuration) throws -> String {
        var path = try configuration.required(stateDirectory)
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path
    }
}
