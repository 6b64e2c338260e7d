import Contracts
import Kafka

/// Whether the topics are there and fit: a daemon does not begin on topics that would lose records or scatter keys.
package struct TopicCheck {
    struct Missing: Error {
        let topics: [String]
        var text: String { topics.joined(separator: ", ") }
        var advice: String { "negawatt topics create --bootstrap-servers HOST:PORT" }
    }

    /// The largest record that must get into the dead letters: whatever got into an input, and headers that explain it.
    package static let deadLetterBytes = 2 * 1024 * 1024

    private let context: Context
    private let inputs: [String]
    private let isEmbedded: Bool

    init(_ context: Context, _ inputs: [String], isEmbedded: Bool) {
        (self.context, self.inputs, self.isEmbedded) = (context, inputs, isEmbedded)
    }

    /// - Throws: `Missing`, `StateError`, `KafkaError`.
    func run(_ admin: borrowing Admin) throws -> (cluster: String, partitions: Int32) {
        let names = [context.commands] + inputs + [context.events, context.changelog, context.deadLetters]
        let found = try admin.describeTopics(names)
        let missing = names.filter { found[$0] == nil }
        guard missing.isEmpty else { throw Missing(topics: missing) }
        let counts = Dictionary(grouping: names) { found[$0]?.partitions ?? 0 }
        guard counts.count == 1, let partitions = counts.keys.first else {
            let list = names.map { "\($0) has \(found[$0]?.partitions ?? 0)" }.joined(separator: ", ")
            throw StateError(
                "all topics must have the same number of partitions, but \(list): a customer would live in different places. Make "
                    + "them anew with: negawatt topics create")
        }
        if !isEmbedded { try checkSettings(admin) }
        return (try admin.clusterID(), partitions)
    }

    private func checkSettings(_ admin: borrowing Admin) throws {
        let configs = try admin.topicConfigs([context.changelog, context.deadLetters])
        let policy = configs[context.changelog]?["cleanup.policy"] ?? ""
        guard policy == "compact" else {
            throw StateError(
                "\(context.changelog) has cleanup.policy=\(policy), which lets state be lost; set it to compact: kafka-configs "
                    + "--alter --topic \(context.changelog) --add-config cleanup.policy=compact")
        }
        let limit = configs[context.deadLetters]?["max.message.bytes"].flatMap { Int($0) } ?? 0
        guard limit >= Self.deadLetterBytes else {
            throw StateError(
                "\(context.deadLetters) has max.message.bytes=\(limit), so that a large record could not be buried with its "
                    + "reason; set it to \(Self.deadLetterBytes): kafka-configs --alter --topic \(context.deadLetters) "
                    + "--add-config max.message.bytes=\(Self.deadLetterBytes)")
        }
    }
}
