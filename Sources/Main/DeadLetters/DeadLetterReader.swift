import Kafka
import Telemetry

/// Reads dead letters from given offsets to where the topic ends now.
struct DeadLetterReader {
    struct Silent: Error, CustomStringConvertible { let description: String }

    /// How long nothing may come before it gives up.
    private static let timeout = Duration.seconds(30)

    let topic: String
    let properties: [String: String]

    /// - Parameter starts: by partition.
    /// - Returns: where it has come, by partition: behind everything that is committed.
    func run(from starts: [Int32: Int64], _ body: (DeadLetter) throws -> Void) throws -> [Int32: Int64] {
        let partitions = starts.map { TopicPartition(topic, $0.key, offset: $0.value) }
        let reader = try Reader(properties, log: LogOptions.forTools, isolation: .readCommitted)
        guard
            let ends = try reader.readToEnds(of: partitions, quiet: Self.timeout, { try body(DeadLetter($0)) })
        else { throw Silent(description: "nothing arrives from \(topic): is Kafka running?") }
        return Dictionary(uniqueKeysWithValues: zip(partitions.map(\.partition), ends))
    }

    /// The oldest offset of each partition.
    func beginnings(_ admin: Admin) throws -> [Int32: Int64] {
        guard let found = try admin.describeTopics([topic])[topic] else {
            throw Silent(description: "there is no topic \(topic): negawatt topics create")
        }
        var beginnings: [Int32: Int64] = [:]
        for partition in 0..<found.partitions { beginnings[partition] = try admin.watermarks(topic, partition).low }
        return beginnings
    }
}
