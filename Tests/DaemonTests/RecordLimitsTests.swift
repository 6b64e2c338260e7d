import Contracts
import Testing

@testable import Daemon

/// Sizes that have to agree: each line is a relation, and says what breaks without it.
@Suite struct RecordLimitsTests {
    private typealias L = RecordLimits

    @Test(arguments: [
        ("an outsider's record is smaller than a context's own", Limits.outsiders.bytes, Limits.contexts.bytes),
        ("a context's record can be forwarded", Limits.contexts.bytes, L.record),
        (
            "a forwarded record fits into a batch with its headers", L.record + DeadLetterHeader.bytesLimit,
            L.producerBatch
        ),
        ("a topic with Kafka's own setting takes a full batch", L.neededBatch, L.usualBatch),
        (
            "whatever got into an input gets into the dead letters, with its headers", L.usualBatch + L.explanation,
            L.neededLetter
        ),
        ("a letter's headers are bounded", DeadLetterHeader.bytesLimit, L.explanation),
        ("a letter and its headers get into its topic", L.letter + L.explanation, L.neededLetter),
        ("a letter that is cut is smaller than one that is not", 2 * L.letterBeginning, L.letter),
        ("a letter that is handled again and refused can be copied", Limits.outsiders.bytes, L.letter),
        ("a stray becomes a letter", L.strays, L.letter),
        ("a new topic of dead letters passes the daemon's check", L.neededLetter, L.letterTopic),
        ("the producer takes what the topic does", L.letterTopic, L.producerMessage),
        ("an outsider's record comes in one answer", Limits.outsiders.bytes, L.fetchPartition),
        ("a partition's share is in the answer", L.fetchPartition, L.fetch),
        ("librdkafka takes the largest answer", L.fetch + 512, L.answer(largestBatch: 0)),
        ("the largest batch gets through", 100 << 20, L.answer(largestBatch: 100 << 20)),
        ("every letter can be read on to", L.letterTopic, L.letterStretch),
    ])
    func `the sizes agree`(_ relation: String, _ smaller: Int, _ larger: Int) {
        #expect(smaller <= larger, "\(relation)")
    }

    @Test func `the fetch sizes of a consumer are those`() {
        let properties = FetchBounds().properties
        #expect(properties["fetch.max.bytes"] == "\(L.fetch)")
        #expect(properties["fetch.message.max.bytes"] == "\(L.fetchPartition)")
        #expect(properties["receive.message.max.bytes"] == "\(L.answer(largestBatch: L.usualBatch))")
    }
}
