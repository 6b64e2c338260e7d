import Contracts
import Kafka

/// Whether the topics are there and fit: a daemon does not begin on topics that would lose records or scatter keys.
package struct TopicCheck {
    struct Missing: Error {
        let topics: [String]
        var text: String { topics.joined(separator: ", ") }
        var advice: String { "negawatt topics create --bootstrap-servers HOST:PORT" }
    }

    /// How long a changelog must tell of deletions, in ms: files that nobody has worked with for half of it are made
    /// again.
    package static let deletionsKept = 2 * ShardFile.maximumAge.milliseconds

    private let context: Context
    private let inputs: [String]
    private let outsiders: [String]
    private let outputs: [String]
    private let isEmbedded: Bool

    /// - Parameters:
    ///   - inputs: those beside the commands.
    ///   - outsiders: those of them that others than their owner write.
    ///   - outputs: other contexts' topics that it writes.
    init(
        _ context: Context, _ inputs: [String], outsiders: [String] = [], outputs: [String] = [], isEmbedded: Bool
    ) {
        (self.context, self.inputs, self.outputs, self.isEmbedded) = (context, inputs, outputs, isEmbedded)
        self.outsiders = [context.commands] + outsiders
    }

    /// - Throws: `Missing`, `StateError`, `KafkaError`.
    func run(_ admin: Admin) throws
        -> (cluster: String, partitions: Int32, settings: OutsiderTopics.Finding)
    {
        let names = [context.commands] + inputs + outputs + [context.events, context.changelog, context.deadLetters]
        // Less than a daemon has to end in: the loop cannot be stopped while it asks.
        let found = try admin.describeTopics(names, asksForHidden: !isEmbedded, timeout: .seconds(4))
        let missing = names.filter { found[$0] == nil }
        guard missing.isEmpty else { throw Missing(topics: missing) }
        let counts = Dictionary(grouping: names) { found[$0]?.partitions ?? 0 }
        guard counts.count == 1, let partitions = counts.keys.first else {
            let list = names.map { "\($0) has \(found[$0]?.partitions ?? 0)" }.joined(separator: ", ")
            throw StateError(
                "all topics must have the same number of partitions, but \(list): a customer would be in different partitions. Create "
                    + "them again with: negawatt topics create")
        }
        var settings = OutsiderTopics.Finding(faults: [], largestBatch: 0)
        if !isEmbedded { settings = try checkSettings(admin) }
        return (try admin.clusterID(), partitions, settings)
    }

    private func checkSettings(_ admin: Admin) throws -> OutsiderTopics.Finding {
        let read = [context.commands] + inputs
        let own = [context.commands, context.internal, context.changelog, context.deadLetters, context.events]
        let configs = try admin.topicConfigs(own + outsiders.filter { !own.contains($0) })
            .merging(settingsOfOthers(read.filter { !own.contains($0) && !outsiders.contains($0) }, admin)) { $1 }
        let policy = configs[context.changelog]?["cleanup.policy"] ?? ""
        guard policy == "compact" else {
            throw StateError(
                "\(context.changelog) has cleanup.policy=\(policy), so that state can be lost; set it to compact: kafka-configs "
                    + "--alter --topic \(context.changelog) --add-config cleanup.policy=compact")
        }
        // Files up to half that age are rolled forward.
        let kept = configs[context.changelog]?["delete.retention.ms"].flatMap { Int64($0) } ?? 0
        guard kept >= Self.deletionsKept else {
            throw StateError(
                "\(context.changelog) has delete.retention.ms=\(kept), so that a file could miss the deletion of a row; set it to "
                    + "\(Self.deletionsKept): kafka-configs --alter --topic \(context.changelog) --add-config "
                    + "delete.retention.ms=\(Self.deletionsKept)")
        }
        try check(
            context.deadLetters, configs, RecordLimits.neededLetter,
            "a large record could not become a dead letter")
        for topic in [context.changelog, context.commands, context.internal, context.events] {
            try check(topic, configs, RecordLimits.neededBatch, "it would refuse large batches under load")
        }
        let faults = outsiders.map { ($0, OutsiderTopics.faults(configs[$0] ?? [:])) }.filter { !$0.1.isEmpty }
        let largest = read.compactMap { configs[$0]?["max.message.bytes"].flatMap { Int($0) } }.max() ?? 0
        return OutsiderTopics.Finding(faults: faults, largestBatch: largest)
    }

    /// A context needs no right but to read what others write: how large their batches may be is a guess then.
    private func settingsOfOthers(
        _ topics: [String], _ admin: Admin
    ) throws(KafkaError) -> [String: [String: String]] {
        do throws(KafkaError) { return try admin.topicConfigs(topics) } catch {
            guard error.isMissingRight else { throw error }
            return [:]
        }
    }

    private func check(_ topic: String, _ configs: [String: [String: String]], _ needed: Int, _ why: String) throws {
        let limit = configs[topic]?["max.message.bytes"].flatMap { Int($0) } ?? 0
        guard limit < needed else { return }
        throw StateError(
            "\(topic) has max.message.bytes=\(limit), so that \(why); set it to \(needed): kafka-configs --alter --topic "
                + "\(topic) --add-config max.message.bytes=\(needed)")
    }
}
