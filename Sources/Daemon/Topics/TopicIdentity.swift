import Contracts
import Kafka
import Telemetry

/// Tells whether inputs are the topics that were read before: by their ids, where the library tells them, and by the
/// last record that was handled of each: another topic of the name does not have it at its offset with its time, nor
/// does one of which Kafka has lost records. A topic that was created again and has come further would be read from the
/// middle, and what lies before would be passed over.
struct TopicIdentity {
    /// A record that was handled.
    struct Known: Hashable, Sendable {
        let topic: String
        let partition: Int32
        /// -1 where only the id is known.
        let offset: Int64
        /// In ms since 1970.
        let time: Int64
        /// The topic's; nil where it has not been told.
        var id: String?

        func isOfSamePartition(as other: Known) -> Bool { topic == other.topic && partition == other.partition }
    }

    /// What it needs of each partition is one record.
    private static let reading = FetchBounds.lookup(queueKiB: 256)
    private static let timeout = Duration.seconds(5)

    let properties: [String: String]
    let surroundings: any Surroundings

    /// - Returns: what is not what it was; nil where all that could be compared is the same. Of records that their
    ///   retention has taken nothing can be said; one that is missing though older ones could be there is another
    ///   topic's hole, e.g. a transaction's mark.
    /// - Throws: `KafkaError`, retriable where no answer has come in time.
    func check(_ known: [Known], with reader: any ChangelogReader, by admin: any OffsetSource) throws -> StateError? {
        if let error = try compareIDs(known, admin) { return error }
        let known = known.filter { $0.offset >= 0 }
        var open = Dictionary(uniqueKeysWithValues: known.map { (Place($0.topic, $0.partition), $0) })
        guard !open.isEmpty else { return nil }
        try reader.assign(known.map { TopicPartition($0.topic, $0.partition, offset: $0.offset) })
        let deadline = surroundings.now + Self.timeout
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

    private func compareIDs(_ known: [Known], _ admin: any OffsetSource) throws -> StateError? {
        let topics = Set(known.filter { $0.id != nil }.map(\.topic)).sorted()
        guard !topics.isEmpty else { return nil }
        // What a library that tells none has read since, its last record speaks for.
        let ids = try admin.topicIDs(topics)
        for item in known {
            if let id = item.id, let found = ids[item.topic], found != id { return .madeAnew(item, id: found) }
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
