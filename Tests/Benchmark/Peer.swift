import Contracts
import Daemon
import Glibc
import Kafka
import Telemetry

/// The peers' work on the daemon's own loop, called as they are called. In the environment INSTANCE makes it a static
/// member, REPLICA tells it from others of its group, STANDBY makes it a standby, and KAFKA has
/// properties: `name=value name=value`.
enum Peer {
    static let usage = "benchmark BOOTSTRAP IN OUT GROUP DIR COMMIT_MS"

    /// - Parameter words: those of the command line that `usage` names.
    static func run(_ words: [String], commitInterval: Duration) throws {
        let service = Service(log: Logger(level: .info, sink: FileLog(.logfmt)))
        var loop = LoopSettings(
            context: BenchmarkWorker.context, bootstrapServers: words[0], isStatic: false,
            commitInterval: commitInterval)
        (loop.group, loop.transactionalID) = (words[3], words[3])
        if let instance = variable("INSTANCE") { loop.properties["group.instance.id"] = instance }
        if let replica = variable("REPLICA") { loop.transactionalID += "-" + replica }
        for property in (variable("KAFKA") ?? "").split(separator: " ") {
            let words = property.split(separator: "=", maxSplits: 1).map(String.init)
            if words.count == 2 { loop.properties[words[0]] = words[1] }
        }
        var settings = DaemonSettings(loop: loop, stateDirectory: words[4], httpAddress: "127.0.0.1", httpPort: 0)
        settings.isStandby = variable("STANDBY") != nil
        try createTopics(words[0], service.log)
        try service.run([Daemon(BenchmarkWorker(), settings, log: service.log)])
    }

    private static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// The peers make their changelogs themselves too.
    private static func createTopics(_ bootstrapServers: String, _ log: Logger) throws(KafkaError) {
        let context = BenchmarkWorker.context
        let admin = try Admin(["bootstrap.servers": bootstrapServers], log: log)
        let partitions = try admin.describeTopics([context.commands])[context.commands]?.partitions ?? 4
        try admin.createTopics([
            NewTopic(context.changelog, partitions: partitions, config: ["cleanup.policy": "compact"]),
            NewTopic(context.internal, partitions: partitions),
            NewTopic(context.deadLetters, partitions: partitions, config: ["max.message.bytes": "2097152"]),
        ])
    }
}
