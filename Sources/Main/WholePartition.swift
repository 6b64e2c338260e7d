import Kafka

/// A partition as it stands: from its oldest record to where it ends now. What tools read to its end is one.
struct WholePartition {
    /// The topic, and with the offset of its oldest record the partition.
    let start: TopicPartition
    /// Behind its newest record.
    let end: Int64

    /// How many records it has at the most: markers of transactions have offsets, too.
    var count: Int { Int(end - start.offset) }
}

/// Why partitions cannot be read to their ends.
struct UnreadPartitions: Error, CustomStringConvertible {
    let partitions: [WholePartition]

    var description: String {
        let names = partitions.prefix(5).map { "\($0.start.topic)-\($0.start.partition)" }.joined(separator: ", ")
        let more = partitions.count > 5 ? " and \(partitions.count - 5) more" : ""
        return "\(names)\(more) cannot be read to the end: is Kafka running, and has a transaction been left open?"
    }
}

extension Admin {
    /// nil where it has no records.
    func whole(_ topic: String, _ partition: Int32) throws(KafkaError) -> WholePartition? {
        let (low, high) = try watermarks(topic, partition)
        return low < high ? WholePartition(start: TopicPartition(topic, partition, offset: low), end: high) : nil
    }
}

extension Reader {
    /// How long nothing may come: longer than Kafka lets a transaction stay open that someone has left.
    private static let quiet = Duration.seconds(30)

    /// Lends all their records; of what comes meanwhile nothing.
    /// - Throws: `UnreadPartitions` where nothing comes any more.
    func read(_ partitions: [WholePartition], _ body: (borrowing Record) throws -> Void) throws {
        guard !partitions.isEmpty else { return }
        let ends = try readToEnds(of: partitions.map(\.start), at: partitions.map(\.end), quiet: Self.quiet, body)
        if ends == nil { throw UnreadPartitions(partitions: partitions) }
    }
}
