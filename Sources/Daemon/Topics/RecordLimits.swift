import Contracts

/// How many bytes a record, a batch and an answer of Kafka's may have. Each follows from the others: whatever gets into
/// an input can be read, what is written about it gets into its topic, and what is refused into the dead letters.
package enum RecordLimits {
    // MARK: What topics take

    /// `max.message.bytes` where nobody has set it: 1 MiB, and what Kafka puts around a batch.
    package static let usualBatch = 1_048_588
    /// What every topic that is written to must take: a full batch of the producer's, whose `batch.size` is
    /// librdkafka's own, and what is around it.
    package static let neededBatch = producerBatch + aroundBatch
    static let producerBatch = 1_000_000
    private static let aroundBatch = 500
    /// What a topic of dead letters must take: whatever got into an input, and headers that explain it.
    package static let neededLetter = 2 * 1_048_576
    /// What it takes where `negawatt topics create` makes it: a dead letter that others have made from one of ours,
    /// too.
    package static let letterTopic = 2 * neededLetter

    // MARK: What is written

    /// Key and value of a record that is emitted, or key, value and headers of one that is forwarded: a batch of its
    /// own at the most.
    static let record = producerBatch - 100_000
    /// Key and value of a dead letter: what the headers that explain it leave.
    static let letter = neededLetter - explanation
    /// The headers of a dead letter: those of the record (`DeadLetterHeader.bytesLimit`) and those that explain it.
    static let explanation = 65_536
    /// Key, and value, of a record that is too large for a dead letter.
    static let letterBeginning = neededLetter / 4
    /// `message.max.bytes` of whoever writes dead letters: what the topic does not take its broker refuses.
    package static let producerMessage = letterTopic
    /// Records of no table that are kept until they are dead letters, after the first.
    static let strays = neededLetter / 2

    // MARK: What is read

    /// Of one answer. A batch that is larger comes alone.
    static let fetch = 1_048_576
    /// Of one partition in an answer, or the others would wait for the first one: a record of an outsider's at the
    /// least.
    static let fetchPartition = Limits.outsiders.bytes
    /// Read on for a dead letter that lies behind the last one: at least one that is as large as can be.
    static let letterStretch = letterTopic

    /// What an answer must be able to be where this is the largest batch in it: an honest one may take a third of it,
    /// since where zstd does not say its size, the room for it is tripled until it fits. librdkafka takes no larger
    /// number than that.
    static func answer(largestBatch: Int) -> Int {
        min(Int(Int32.max), max(32 * fetch, largestBatch + fetch))
    }
}
