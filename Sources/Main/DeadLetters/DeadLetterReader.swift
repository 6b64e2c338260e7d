import Kafka
import Telemetry

/// Reads dead letters from given offsets to where the topic ends now.
struct DeadLetterReader {
    struct Silent: Error, CustomStringConvertible { let description: String }

    /// How long nothing may come before it gives up.
    private static let patience = Duration.seconds(30)

    let topic: String
    let properties: [String: String]

    /// - Parameter starts: by partition.
    /// - Returns: where it has come, by partition: behind everything that is committed.
    func run(from starts: [Int32: Int64], _ body: (DeadLetter) throws -> Void) throws -> [Int32: Int64] {
        var ends = starts
        var open = Set(starts.keys)
        let reader = try Reader(properties, log: LogOptions.forTools, isolation: .readCommitted)
        try reader.assign(starts.map { TopicPartition(topic, $0.key, offset: $0.value) })
        var heard = ContinuousClock.now
        while !open.isEmpty {
            switch reader.next(milliseconds: 100) {
            case .record(let record):
                heard = .now
                // Behind the end that was reported for it: it came later, and is for the next time.
                guard open.contains(record.partition) else { break }
                ends[record.partition] = record.offset + 1
                try body(DeadLetter(record))
            case .end(let end):
                heard = .now
                if open.remove(end.partition) != nil { ends[end.partition] = end.offset }
            case .failure(let error):
                if error.severity == .fatal || error.isOffsetOutOfRange { throw error }
            case nil:
                guard ContinuousClock.now - heard < Self.patience else {
                    throw Silent(description: "nothing comes from \(topic): is Kafka there?")
                }
            }
        }
        return ends
    }

    /// The oldest offset of each partition.
    func beginnings(_ admin: borrowing Admin) throws -> [Int32: Int64] {
        guard let found = try admin.describeTopics([topic])[topic] else {
            throw Silent(description: "there is no topic \(topic): negawatt topics create")
        }
        var beginnings: [Int32: Int64] = [:]
        for partition in 0..<found.partitions { beginnings[partition] = try admin.watermarks(topic, partition).low }
        return beginnings
    }
}
