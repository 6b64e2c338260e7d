import Contracts
import Daemon
import Glibc
import Kafka

/// The topics of the contract on a real Kafka: how they are made, and whether those that are there fit.
enum TopicCatalogue {
    /// What was found of a topic.
    struct Finding {
        let topic: Topic
        /// nil when it is missing.
        let description: TopicDescription?
        let cleanup: String?
        let verdict: String
        let isGood: Bool
        /// What its writers can do harm by; daemons warn of it for one release.
        var settings: [String] = []
    }

    /// How long brokers may take to hear of new topics.
    private static let timeout = Duration.seconds(30)

    /// Makes those that are missing.
    /// - Returns: their names.
    /// - Throws: `StateError`, before anything is made, when one has another number of partitions.
    static func create(_ admin: Admin, partitions: Int32, replication: Int32) throws -> Set<String> {
        let found = try admin.describeTopics(Topic.all.map(\.name))
        let others = Topic.all.compactMap { found[$0.name] }.filter { $0.partitions != partitions }
        if let one = others.first {
            let list = others.map { "\($0.name) has \($0.partitions)" }.joined(separator: ", ")
            throw StateError(
                "the topics are to have \(partitions) partitions, but \(list). The number cannot be changed: keys would live "
                    + "elsewhere. Give --partitions \(one.partitions), or make new topics and move the records there; nothing "
                    + "has been changed")
        }
        let missing = Topic.all.filter { found[$0.name] == nil }
        let existing = try admin.createTopics(
            missing.map {
                NewTopic(
                    $0.name, partitions: partitions, replication: replication,
                    config: $0.settings(replication: replication))
            })
        return Set(missing.map(\.name)).subtracting(existing)
    }

    /// All topics, each with what is to be said of it.
    static func inspect(_ admin: Admin) throws(KafkaError) -> [Finding] {
        let names = Topic.all.map(\.name)
        let found = try admin.describeTopics(names)
        let configs = try admin.topicConfigs(names.filter { found[$0] != nil })
        let counts = Dictionary(grouping: found.values, by: \.partitions).mapValues(\.count)
        // What most have; among equals the smaller number.
        let usual = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
        return Topic.all.map { topic in
            guard let description = found[topic.name] else {
                return Finding(
                    topic: topic, description: nil, cleanup: nil, verdict: "missing: negawatt topics create",
                    isGood: false)
            }
            let config = configs[topic.name] ?? [:]
            let fault = description.partitions == usual ? fault(in: topic, config) : "others have \(usual) partitions"
            let settings = topic.isWrittenByOutsiders ? OutsiderTopics.faults(config) : []
            let harm = settings.map { "\($0)=\(config[$0] ?? "")" }.joined(separator: ", ")
            let kept = note(on: topic, config)
            let good = kept.map { "good, but \($0)" } ?? "good"
            let works = "works, but \(harm): run the line below" + (kept.map { "; \($0)" } ?? "")
            return Finding(
                topic: topic, description: description, cleanup: config["cleanup.policy"],
                verdict: fault ?? (settings.isEmpty ? good : works), isGood: fault == nil, settings: settings)
        }
    }

    /// The same, but what was made just now is not missing: one broker may know of it and the next one not yet.
    static func inspect(_ admin: Admin, awaiting made: Set<String>) throws(KafkaError) -> [Finding] {
        let deadline = ContinuousClock.now + timeout
        while true {
            do throws(KafkaError) {
                let findings = try inspect(admin)
                if !findings.contains(where: { $0.description == nil && made.contains($0.topic.name) }) {
                    return findings
                }
                if .now >= deadline { return findings }
            } catch {
                guard error.isUnknownTopic, .now < deadline else { throw error }
            }
            usleep(50_000)
        }
    }

    /// What a daemon would not begin with, or what would lose records.
    private static func fault(in topic: Topic, _ config: [String: String]) -> String? {
        let policy = config["cleanup.policy"] ?? ""
        let wanted = topic.settings(replication: 1)["cleanup.policy"] ?? ""
        guard policy == wanted else {
            let loss = topic.cleanup == .compact ? "state can be lost" : "records can be lost"
            return "\(loss): set cleanup.policy=\(wanted) with kafka-configs --alter"
        }
        guard
            topic.cleanup != .compact
                || config["delete.retention.ms"].flatMap({ Int64($0) }) ?? 0 >= TopicCheck.deletionsKept
        else {
            return
                "deleted rows can come back: set delete.retention.ms=\(TopicCheck.deletionsKept) with kafka-configs --alter"
        }
        let limit = config["max.message.bytes"].flatMap { Int($0) } ?? 0
        guard limit >= (topic.isDeadLetters ? RecordLimits.neededLetter : RecordLimits.neededBatch) else {
            let wanted = topic.isDeadLetters ? RecordLimits.letterTopic : RecordLimits.usualBatch
            return "large records would not get in: set max.message.bytes=\(wanted) with kafka-configs --alter"
        }
        return nil
    }

    /// What an operator may have wanted.
    private static func note(on topic: Topic, _ config: [String: String]) -> String? {
        if topic.hasOutcomes, config["min.compaction.lag.ms"].flatMap({ Int64($0) }) ?? 0 < Topic.outcomesKept {
            return
                "a gateway with an empty disk may not know a repeated command: set min.compaction.lag.ms=\(Topic.outcomesKept) with "
                + "kafka-configs --alter"
        }
        guard case .delete(let days) = topic.cleanup, let text = config["retention.ms"], let kept = Int64(text),
            kept >= 0, kept < Int64(days) * 86_400_000
        else { return nil }
        return "kept for \(kept / 86_400_000) days instead of \(days)"
    }
}

extension Topic {
    var isDeadLetters: Bool { name == owner.deadLetters }

    /// Whether gateways find in it what became of commands: in the headers of the rows that these have written.
    var hasOutcomes: Bool { name == owner.changelog && owner != .kepco }

    /// A command that comes again within a day gets the first answer. Its row may have changed since, and a gateway
    /// whose disk is empty has to find the record of then.
    static let outcomesKept: Int64 = 24 * 3600 * 1000

    /// Kafka's settings for it.
    func settings(replication: Int32) -> [String: String] {
        var settings: [String: String]
        switch cleanup {
        case .delete(let days):
            settings = ["cleanup.policy": "delete", "retention.ms": "\(Int64(days) * 86_400_000)"]
        case .compact:
            settings = [
                "cleanup.policy": "compact",
                // Deletions stay for a day: a state file that is older is rebuilt.
                "delete.retention.ms": "\(TopicCheck.deletionsKept)",
                // Only whole segments are compacted: small ones keep a restore short.
                "segment.bytes": "67108864", "segment.ms": "21600000", "min.cleanable.dirty.ratio": "0.3",
            ]
        }
        if hasOutcomes { settings["min.compaction.lag.ms"] = "\(Self.outcomesKept)" }
        if isWrittenByOutsiders { settings.merge(OutsiderTopics.settings) { $1 } }
        if isDeadLetters { settings["max.message.bytes"] = "\(RecordLimits.letterTopic)" }
        // A record that only one broker has can be lost with it.
        if replication >= 3 { settings["min.insync.replicas"] = "2" }
        return settings
    }
}
