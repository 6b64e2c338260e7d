import Contracts
import Daemon
import Glibc
import Kafka
import Telemetry

/// The peers' work on the daemon's own loop: `benchmark BOOTSTRAP IN OUT GROUP DIR COMMIT_MS`, as they are called. In the environment
/// INSTANCE makes it a static member, REPLICA tells it from others of its group, and KAFKA has properties: `name=value name=value`.
@main struct Main {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 7, let interval = Int(words[6]) else {
            complain("usage: benchmark BOOTSTRAP IN OUT GROUP DIR COMMIT_MS")
            exit(2)
        }
        let service = Service(log: Logger(level: .info, sink: FileLog(.logfmt)))
        var loop = LoopSettings(
            context: BenchmarkWorker.context, bootstrapServers: words[1], isStatic: false,
            commitInterval: .milliseconds(interval))
        (loop.group, loop.transactionalID) = (words[4], words[4])
        if let instance = unsafe getenv("INSTANCE") {
            loop.properties["group.instance.id"] = unsafe String(cString: instance)
        }
        if let replica = unsafe getenv("REPLICA") { loop.transactionalID += unsafe "-" + String(cString: replica) }
        if let properties = unsafe getenv("KAFKA") {
            for property in unsafe String(cString: properties).split(separator: " ") {
                let words = property.split(separator: "=", maxSplits: 1).map(String.init)
                if words.count == 2 { loop.properties[words[0]] = words[1] }
            }
        }
        let settings = DaemonSettings(loop: loop, stateDirectory: words[5], httpAddress: "127.0.0.1", httpPort: 0)
        try createTopics(words[1], service.log)
        try service.run([Daemon(BenchmarkWorker(), settings, log: service.log)])
    }
}

/// The peers make their changelogs themselves too.
private func createTopics(_ bootstrapServers: String, _ log: Logger) throws(KafkaError) {
    let context = BenchmarkWorker.context
    let admin = try Admin(["bootstrap.servers": bootstrapServers], log: log)
    let partitions = try admin.describeTopics([context.commands])[context.commands]?.partitions ?? 4
    try admin.createTopics([
        NewTopic(context.changelog, partitions: partitions, config: ["cleanup.policy": "compact"]),
        NewTopic(context.deadLetters, partitions: partitions, config: ["max.message.bytes": "2097152"]),
    ])
}

/// `stderr` is a variable, which the language takes for shared state; its descriptor is not.
private func complain(_ line: String) {
    unsafe (line + "\n").utf8.span.withUnsafeBytes { unsafe _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
