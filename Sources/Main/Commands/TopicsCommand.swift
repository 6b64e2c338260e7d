import Configuration
import Contracts
import Daemon
import Kafka

/// `negawatt topics create | verify | list`.
enum TopicsCommand {
    static let partitions = ConfigurationKey(
        "partitions", .integer(1...10_000), "N", default: Int32(8), "the number of partitions, the same for all topics")
    private static let replication = ConfigurationKey(
        "replication", .integer(1...100), "N", default: Int32(1), "the number of brokers that keep each record")

    static let command = CommandDeclaration(
        name: "topics", summary: "Creates, checks and lists the topics",
        commands: [create, verify, list])

    private static let create = CommandDeclaration(
        name: "create", summary: "Creates the topics that are missing",
        options: KafkaOptions.keys + [partitions, replication],
        about: """
            Existing topics are left as they are. The number of partitions cannot be changed: keys would move to other partitions.
            """,
        examples: ["negawatt topics create --bootstrap-servers localhost:9092 --partitions 8 --replication 3"]
    ) { invocation in
        let kafka = try KafkaOptions(invocation.configuration)
        let admin = try Admin(kafka.all, log: LogOptions.forTools)
        let created = try TopicCatalogue.create(
            admin, partitions: invocation.configuration[partitions],
            replication: invocation.configuration[replication])
        var table = TextTable("TOPIC", "")
        for topic in Topic.all { table.add(topic.name, created.contains(topic.name) ? "created" : "exists already") }
        write(table.text)
        let findings = try TopicCatalogue.inspect(admin, awaiting: created)
        let faulty = findings.filter { !$0.isGood }
        for finding in faulty { writeError("\(finding.topic.name): \(finding.verdict)\n") }
        writeLines(for: findings, kafka)
        return faulty.isEmpty ? .success : .failure
    }

    private static let verify = CommandDeclaration(
        name: "verify", summary: "Checks that the topics exist and are set up correctly; exits 1 if not",
        options: KafkaOptions.keys,
        about: """
            Topics that outsiders write (*.commands, kepco.readings, kepco.history) should have compression.type=uncompressed, so that
            nobody can send a small batch that unpacks to more than a daemon's memory, and message.timestamp.type=LogAppendTime, so that
            Kafka's clock gives each record's time. Without these settings a daemon runs but warns: the commands that set them are
            printed below the table, one per topic, and the exit code stays 0. Records written before keep their compression and time.
            """,
        examples: ["negawatt topics verify --bootstrap-servers localhost:9092"]
    ) { invocation in
        let kafka = try KafkaOptions(invocation.configuration)
        let findings = try TopicCatalogue.inspect(Admin(kafka.all, log: LogOptions.forTools))
        var table = TextTable("TOPIC", "PARTITIONS>", "REPLICATION>", "CLEANUP", "VERDICT")
        for finding in findings {
            table.add(
                finding.topic.name, finding.description.map { "\($0.partitions)" } ?? "-",
                finding.description.map { "\($0.replication)" } ?? "-", finding.cleanup ?? "-", finding.verdict)
        }
        write(table.text)
        writeLines(for: findings, kafka)
        return findings.allSatisfy(\.isGood) ? .success : .failure
    }

    /// What sets what is not set, to be copied.
    private static func writeLines(for findings: [TopicCatalogue.Finding], _ kafka: KafkaOptions) {
        for finding in findings where !finding.settings.isEmpty {
            write(
                OutsiderTopics.line(finding.topic.name, finding.settings, bootstrapServers: kafka.bootstrapServers)
                    + "\n")
        }
    }

    private static let list = CommandDeclaration(
        name: "list", summary: "Lists the topics of the contract",
        about: "Their messages and examples are in topics/. This command does not connect to Kafka.",
        examples: ["negawatt topics list"]
    ) { _ in
        var table = TextTable("TOPIC", "OWNER", "KEY", "CLEANUP", "MESSAGES")
        for topic in Topic.all {
            table.add(
                topic.name, topic.owner.name, topic.key, topic.cleanup.text,
                topic.messages.map(\.description).joined(separator: " "))
        }
        write(table.text)
        return .success
    }
}

extension Topic.Cleanup {
    fileprivate var text: String {
        switch self {
        case .delete(let days): "delete after \(days) days"
        case .compact: "compact"
        }
    }
}
