import Contracts
import Kafka
import Telemetry

/// Tells whether inputs are the topics that were read before, by the last record that was handled of each: another topic of the
/// name does not have it at its offset with its time. A topic that was made anew and has come further would be read from the
/// middle, and what lies before would be passed over.
struct TopicIdentity {
    /// A record that was handled.
    struct Known: Hashable, Sendable {
        let topic: String
        let partition: Int32
        let offset: Int64
        /// In ms since 1970.
        let time: Int64

        func isOfSamePartition(as other: Known) -> Bool { topic == other.topic && partition == other.partition }
    }

    /// What it needs of each partition is one record.
    private static let reading = [
        "fetch.wait.max.ms": "10", "queued.min.messages": "1", "queued.max.messages.kbytes": "256",
        "fetch.message.max.bytes": "65536", "fetch.max.bytes": "1048576", "fetch.error.backoff.ms": "10",
    ]
    private static let patience = Duration.seconds(5)

    let properties: [String: String]
    let surroundings: any Surroundings

    /// - Returns: what is not what it was; nil where all that could be compared is the same. Of records that their retention has taken
    ///   nothing can be said; one that is missing though older ones could be there is another topic's hole, e.g. a transaction's mark.
    /// - Throws: `KafkaError`, retriable where no answer has come in time.
    func check(_ known: [Known], with reader: any ChangelogReader, by admin: any OffsetSource) throws -> StateError? {
        var open = Dictionary(uniqueKeysWithValues: known.map { (Place($0.topic, $0.partition), $0) })
        guard !open.isEmpty else { return nil }
        try reader.assign(known.map { TopicPartition($0.topic, $0.partition, offset: $0.offset) })
        let deadline = surroundings.now + Self.patience
        while !open.isEmpty {
            switch reader.next(milliseconds: 100) {
            case .record(let record):
                guard let item = open.removeValue(forKey: Place(record.topic, record.partition)) else { break }
                let isAnew =
                    try record.offset == item.offset
                    ? record.timestamp ?? 0 != item.time
                    : admin.watermarks(item.topic, item.partition).low <= item.offset
                if isAnew { return .madeAnew(item) }
            case .end(let end):
                guard let item = open.removeValue(forKey: Place(end.topic, end.partition)) else { break }
                let (low, high) = try admin.watermarks(item.topic, item.partition)
                // A leader that is new may know of less for a moment.
                if end.offset > item.offset ? low <= item.offset : high <= item.offset { return .madeAnew(item) }
            case .failure(let error):
                guard error.isOffsetOutOfRange, let place = error.place,
                    let item = open.removeValue(forKey: Place(place.topic, place.partition))
                else {
                    if error.severity == .fatal { throw error }
                    break
                }
                // Below the oldest, where nothing can be compared, or behind the end.
                if try admin.watermarks(item.topic, item.partition).high <= item.offset { return .madeAnew(item) }
            case nil: break
            }
            guard surroundings.now < deadline || open.isEmpty else {
                throw KafkaError.noAnswer(
                    "the last records of \(open.keys.map(\.topic).sorted().joined(separator: ", "))")
            }
        }
        return nil
    }

    func reader(log: Logger) throws(KafkaError) -> any ChangelogReader {
        try surroundings.reader(properties.merging(Self.reading) { $1 }, log: log)
    }

    private struct Place: Hashable {
        let topic: String
        let partition: Int32
        init(_ topic: String, _ partition: Int32) { (self.topic, self.partition) = (topic, partition) }
    }
}
