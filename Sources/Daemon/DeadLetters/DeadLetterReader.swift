import Kafka
import Telemetry

/// Reads single dead letters, for replays. One that lies a little behind the last one is read on to: a tool asks for
/// many in a row.
final class DeadLetterReader {
    /// So far it is read on, rather than restarted: to the next dead letter, with the ends of transactions between the
    /// two. Whoever asks for others has no more read than those.
    private static let stretch: Int64 = 8
    private static let timeout = Duration.seconds(4)
    /// Who asks for some here and some there has each read again.
    private static let reading = FetchBounds.lookup(queueKiB: 1024)

    private let reader: any ChangelogReader
    private let topic: String
    private let surroundings: any Surroundings
    /// What is being read, and the offset behind what has been.
    private var at: (partition: Int32, next: Int64)?

    init(
        _ topic: String, _ properties: [String: String], log: Logger, in surroundings: any Surroundings
    ) throws(KafkaError) {
        (self.topic, self.surroundings) = (topic, surroundings)
        reader = try surroundings.reader(properties.merging(Self.reading) { $1 }, log: log)
    }

    /// - Returns: nil where there is no dead letter at this offset, or none that can be understood.
    /// - Throws: retriable, where Kafka has not answered in time; `isMissingRight` or `isUnknownTopic`, where it does
    ///   not let us read; `isUnreadable`, where the batch of this dead letter cannot be unpacked.
    func deadLetter(_ partition: Int32, _ offset: Int64) throws -> DeadLetter? {
        var isFresh =
            !(at.map { $0.partition == partition && $0.next <= offset && offset - $0.next < Self.stretch } ?? false)
        func begin() throws(KafkaError) {
            (at, isFresh) = (nil, true)
            try reader.assign([TopicPartition(topic, partition, offset: offset)])
        }
        if isFresh { try begin() }
        var passed = 0
        let deadline = surroundings.now + Self.timeout
        while surroundings.now < deadline {
            switch reader.next(milliseconds: 100) {
            case .record(let record):
                at = (partition, record.offset + 1)
                if record.offset == offset { return DeadLetter(record) }
                if record.offset > offset { return nil }
                passed += (record.key?.count ?? 0) + (record.value?.count ?? 0)
                if passed > RecordLimits.letterStretch, !isFresh { try begin() }
            // That of an earlier reading says nothing of what came later, nor of the mark of a transaction that lies at
            // this offset.
            case .end:
                if isFresh { return nil }
                try begin()
            case .failure(let error):
                if error.isOffsetOutOfRange { return nil }
                guard error.severity == .fatal || error.isMissingRight || error.isUnknownTopic || error.isUnreadable
                else { break }
                at = nil
                throw error
            case nil: break
            }
        }
        at = nil
        throw KafkaError.noAnswer("\(TopicPartition(topic, partition, offset: offset))")
    }
}
