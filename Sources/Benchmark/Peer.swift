import Contracts
import Daemon
import Glibc
import Kafka
import Telemetry

/// The peers' work on the daemon's own loop, called as they are called. INSTANCE in the environment makes it a static member.
enum Peer {
    static let usage = "benchmark BOOTSTRAP IN OUT GROUP DIR COMMIT_MS"

    /// - Parameter words: those of the command line that `usage` names.
    static func run(_ words: [String], commitInterval: Duration) throws {
        let service = Service(log: Logger(level: .info, sink: FileLog(.logfmt)))
        var loop = LoopSettings(
            context: BenchmarkWorker.context, bootstrapServers: words[0], isStatic: false,
            commitInterval: commitInterval)
        (loop.group, loop.transactionalID) = (words[3], words[3])
        if let instance = unsafe getenv("INSTANCE") {
            loop.properties["group.instance.id"] = unsafe String(cString: instance)
        }
        let settings = DaemonSettings(loop: loop, stateDirectory: words[4], httpAddress: "127.0.0.1", httpPort: 0)
        try createTopics(words[0], service.log)
        try service.run([Daemon(BenchmarkWorker(), settings, log: service.log)])
    }

    /// The peers make their changelogs themselves too.
    private static func createTopics(_ bootstrapServers: String, _ log: Logger) throws(KafkaError) {
        let context = BenchmarkWorker.context
        let admin = try Admin(["bootstrap.servers": bootstrapServers], log: log)
        let partitions = try admin.describeTopics([context.commands])[context.commands]?.partitions ?? 4
        try admin.createTopics([
            NewTopic(context.changelog, partitions: partitions, config: ["cleanup.policy": "compact"]),
            NewTopic(context.deadLetters, partitions: partitions, config: ["max.message.bytes": "2097152"]),
        ])
    }
}
