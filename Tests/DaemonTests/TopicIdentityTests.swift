import Kafka
import KafkaTesting
import RealKafka
import Testing

@testable import Daemon

/// Whether a topic is the one that was read: its last record that was handled, looked for in what lies there now.
@Suite struct TopicIdentityTests {
    /// What a reader finds from that record on, and the ends of the topic.
    struct Found: Sendable {
        /// The offset and the time of a first record; nil where there is none before the end.
        var record: (offset: Int64, time: Int64)?
        var end: Int64 = 20
        var low: Int64 = 0
        var high: Int64 = 20
        var isSame: Bool
    }

    private static let known = TopicIdentity.Known(topic: "in", partition: 0, offset: 7, time: 1000)

    @Test(arguments: [
        Found(record: (7, 1000), isSame: true),
        Found(record: (7, 1001), isSame: false),
        // Its retention has taken it: nobody can say.
        Found(record: (9, 1200), low: 9, isSame: true),
        // It would have to be there.
        Found(record: (9, 1200), low: 3, isSame: false),
        Found(record: (9, 1200), low: 7, isSame: false),
        // Nothing but the mark of a transaction lies at its place.
        Found(end: 8, high: 8, isSame: false),
        Found(end: 20, low: 20, isSame: true),
        // The topic is shorter than that.
        Found(end: 5, high: 5, isSame: false),
        // A leader that is new knows of less for a moment.
        Found(end: 5, isSame: true),
    ])
    func `a topic is the same where its last record is`(_ found: Found) throws {
        let surroundings = Topic(found)
        let error = try TopicIdentity(properties: [:], surroundings: surroundings)
            .check([Self.known], with: surroundings, by: surroundings)
        #expect(error == (found.isSame ? nil : .madeAnew(Self.known)))
    }

    /// By its id, where both are known; the record speaks for the rest.
    @Test(arguments: [
        (known: "A" as String?, now: "A" as String?, offset: 7 as Int64, isSame: true), ("A", "B", 7, false),
        ("A", nil, 7, true), (nil, "B", 7, true), (nil, nil, 7, true), ("A", "B", -1, false), ("A", "A", -1, true),
    ])
    func `a topic is the same where its id is`(_ known: String?, _ now: String?, _ offset: Int64, _ isSame: Bool) throws
    {
        let surroundings = Topic(Found(record: (7, 1000), isSame: true), id: now)
        let item = TopicIdentity.Known(topic: "in", partition: 0, offset: offset, time: 1000, id: known)
        let error = try TopicIdentity(properties: [:], surroundings: surroundings)
            .check([item], with: surroundings, by: surroundings)
        #expect(error == (isSame ? nil : .madeAnew(item, id: now)))
    }

    /// The record has to be there whatever the id is: Kafka may have lost it.
    @Test func `a lost record is missed whatever the id is`() throws {
        let surroundings = Topic(Found(end: 5, high: 5, isSame: false), id: "A")
        let item = TopicIdentity.Known(topic: "in", partition: 0, offset: 7, time: 1000, id: "A")
        let error = try TopicIdentity(properties: [:], surroundings: surroundings)
            .check([item], with: surroundings, by: surroundings)
        #expect(error == .madeAnew(item))
    }

    private final class Topic: ScriptedReader, @unchecked Sendable {
        private var left: Found
        private let id: String?

        init(_ found: Found, id: String? = nil) { (left, self.id) = (found, id) }

        func topicIDs(_ topics: [String]) -> [String: String] { id.map { ["in": $0] } ?? [:] }

        func next(milliseconds: Int32) -> Reader.Event? {
            guard let record = left.record else { return .end(TopicPartition("in", 0, offset: left.end)) }
            left.record = nil
            return .record(
                Record(
                    topic: "in", topicID: 1, partition: 0, offset: record.offset, timestamp: record.time, key: [],
                    value: [],
                    headers: Headers()))
        }

        func watermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64) { (left.low, left.high) }
    }
}
