import Kafka

/// The inputs that give way to the others, read by a client of their own: while others have work, what has been fetched
/// of these waits in that client's queue, and when the queue is full it fetches no more. So nothing is paused, sought
/// or dropped, and each partition is read in its order.
///
/// The group does not share them out: an earlier version does not know them. They go with the partitions of the others,
/// and their offsets with the others' in each transaction.
final class BackgroundInputs {
    /// Records of other inputs after which one of these is taken all the same: 3 in 100 at the most while others come
    /// without a pause.
    static let othersATurn = 32
    /// How long the others are waited for, in ms, while more of these may be on its way.
    private static let shortWait: Int32 = 5
    /// Looks without a record after which no more is on its way.
    private static let emptyPollLimit = 40

    let topics: Set<String>
    private let inputs: [String]
    private let reader: any ChangelogReader
    /// The inputs that the reader reads.
    private(set) var inputIDs = InputIDs()
    /// Records of other inputs since the last one of these.
    private var others = 0
    /// Looks since the last record.
    private var emptyPolls = emptyPollLimit

    init(_ topics: Set<String>, among inputs: [String], _ reader: any ChangelogReader) {
        (self.topics, self.inputs, self.reader) = (topics, inputs, reader)
    }

    /// Reads these partitions from their offsets on, and nothing that was fetched before.
    func assign(_ partitions: [TopicPartition]) throws(KafkaError) {
        try reader.assign(partitions)
        inputIDs = InputIDs(of: Set(partitions.map(\.topic)), among: inputs, topicID: reader.topicID)
        emptyPolls = 0
    }

    /// What has been fetched; ends of partitions are passed over.
    func next() -> Reader.Event? {
        while true {
            switch reader.next(milliseconds: 0) {
            case nil:
                emptyPolls = min(emptyPolls + 1, Self.emptyPollLimit)
                return nil
            case .end: continue
            case .record(let record):
                (others, emptyPolls) = (0, 0)
                return .record(record)
            case .failure(let error): return .failure(error)
            }
        }
    }

    /// A record of another input has been taken.
    func giveWay() { others += 1 }

    /// Whether one of these is taken though others wait.
    var isDue: Bool { others >= Self.othersATurn }

    /// How long to wait for the others, in ms, rather than so many.
    func wait(_ milliseconds: Int32) -> Int32 {
        emptyPolls < Self.emptyPollLimit ? min(milliseconds, Self.shortWait) : milliseconds
    }

    func cachedWatermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64)? {
        reader.cachedWatermarks(topic, partition)
    }

    func position(_ topic: String, _ partition: Int32) -> Int64? { reader.position(topic, partition) }
}
