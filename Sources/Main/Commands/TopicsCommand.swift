import Configuration
import Contracts
import Daemon
import Kafka

/// `negawatt topics create | verify | list`.
enum TopicsCommand {
    static let partitions = ConfigurationKey(
        "partitions", .integer(1...10_000), "N", default: Int32(8), "the number of partitions, of all topics alike")
    private static let replication = ConfigurationKey(
        "replication", .integer(1...100), "N", default: Int32(1), "on how many brokers each record is kept")

    static let command = CommandDeclaration(
        name: "topics", summary: "Makes, checks and lists the topics",
        commands: [create, verify, list])

    private static let create = CommandDeclaration(
        name: "create", summary: "Makes the topics that are missing",
        options: KafkaOptions.keys + [partitions, replication],
        about: """
            Topics that are there are left as they are. The number of partitions cannot be changed: keys would live elsewhere.
            """,
        examples: ["negawatt topics create --bootstrap-servers localhost:9092 --partitions 8 --replication 3"]
    ) { invocation in
        let kafka = try KafkaOptions(invocation.configuration)
        let admin = try Admin(kafka.all, log: LogOptions.forTools)
        let created = try TopicCatalogue.create(
            admin, partitions: invocation.configuration[partitions],
            replication: invocation.configuration[replication])
        var table = TextTable("TOPIC", "")
        for topic in Topic.all { table.add(topic.name, created.contains(topic.name) ? "created" : "is there already") }
        write(table.text)
        let findings = try TopicCatalogue.inspect(admin, awaiting: created)
        let faulty = findings.filter { !$0.isGood }
        for finding in faulty { writeError("\(finding.topic.name): \(finding.verdict)\n") }
        writeLines(for: findings, kafka)
        return faulty.isEmpty ? .success : .failure
    }

    private static let verify = CommandDeclaration(
        name: "verify", summary: "Checks that the topics are there and fit; exits 1 if not",
        options: KafkaOptions.keys,
        about: """
            Topics that others than the contexts write (*.commands, kepco.readings, kepco.history) are to have
            compression.type=uncompressed, so that nobody can send a little that unpacks to more than a daemon's memory,
            and message.timestamp.type=LogAppendTime, so that Kafka's clock says when something came. Where they have not,
            a daemon works and warns: the lines that set it are printed below the table, one a topic, and the exit code
            stays 0. What was written before keeps its compression and its time.
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
        name: "list", summary: "Lists the topics as the contract has them",
        about: "Their messages and examples are in topics/. This asks no Kafka.",
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
