import Configuration
import Contracts
import Daemon

/// How a daemon runs, beside `KafkaOptions` and `LogOptions`.
struct DaemonOptions {
    enum Membership: String, CaseIterable, Sendable { case `static`, dynamic }

    static let stateDirectory = ConfigurationKey(
        "state-directory", .directory, "DIR", default: "/var/lib/negawatt",
        "the directory for state files; each context has a subdirectory")
    static let instance = ConfigurationKey(
        "instance", .integer(0...9999), "N", default: 0,
        "this daemon's number among those of its context: stable and unique")
    static let membership = ConfigurationKey(
        "membership", .choice, "KIND", default: Membership.static,
        "static: the partitions wait for this daemon while it restarts; dynamic: they move at once")
    static let httpAddress = ConfigurationKey(
        "http-address", .text, "IP", default: "0.0.0.0", "address for health and metrics")
    static let httpPort = ConfigurationKey(
        "http-port", .port, "PORT", default: 9464,
        "port for /livez /readyz /startupz /metrics; 0 takes a free one and logs it")
    static let commitInterval = ConfigurationKey(
        "commit-interval-ms", .milliseconds(1...5000), "MS", default: LoopSettings.commitInterval,
        "the longest time between commits under load")
    static let cache = ConfigurationKey(
        "cache-mib", .integer(1...65_536), "MIB", default: DaemonSettings.cacheMiB,
        "memory for the page caches of all state files together")
    static let acceptCompressed = ConfigurationKey(
        "accept-compressed-topics", .boolean, "BOOL", default: false,
        "true: no warning where compression.type=uncompressed cannot be set; a batch can then take 1032 times max.message.bytes"
    )
    static let standby = ConfigurationKey(
        "standby", .boolean, "BOOL", default: false,
        "keep the state of all partitions on this disk up to date, so that taking one over needs no restore")
    static let standbyWait = ConfigurationKey(
        "standby-wait-s", .seconds(0...86_400), "S", default: DaemonSettings.standbyWait,
        "how long a standby that is new to its group may take to catch up before it joins")
    static let mixed = ConfigurationKey(
        "mixed-versions", .choice, "HOW", default: LoopSettings.Mixed.off,
        "for going back to version 0.1.0: first accept, then write, on all daemons; the reverse to return; see the README"
    )
    static let keys: [any ConfigurationOption] = [
        stateDirectory, instance, membership, httpAddress, httpPort, commitInterval, cache, acceptCompressed, standby,
        standbyWait, mixed,
    ]

    static func settings(_ context: Context, _ kafka: KafkaOptions, _ configuration: Configuration) -> DaemonSettings {
        var loop = LoopSettings(
            context: context, bootstrapServers: kafka.bootstrapServers, instance: configuration[instance],
            properties: kafka.properties, isStatic: configuration[membership] == .static,
            commitInterval: configuration[commitInterval])
        loop.mixed = configuration[mixed]
        var settings = DaemonSettings(
            loop: loop, stateDirectory: directory(configuration), httpAddress: configuration[httpAddress],
            httpPort: configuration[httpPort], cacheMiB: configuration[cache],
            acceptsCompressed: configuration[acceptCompressed])
        settings.isStandby = configuration[standby]
        settings.standbyWait = configuration[standbyWait]
        return settings
    }

    /// Without slashes at its end.
    static func directory(_ configuration: Configuration) -> String {
        var path = configuration[stateDirectory]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path
    }
}
