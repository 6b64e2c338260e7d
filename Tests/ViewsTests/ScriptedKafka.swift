import Contracts
import Glibc
import Kafka
import KafkaTesting
import Synchronization
import Telemetry

@testable import Views

/// A Kafka that does what the test says: topics in memory, ends that an open transaction holds back, and no answers
/// while it is away.
final class ScriptedKafka: ViewSource {
    struct Entry {
        var key: String
        var value: String?
        var time: Int64
    }

    struct Partition {
        /// nil is what is not shown: a transaction's mark, something aborted or compacted.
        var entries: [Entry?] = []
        var low = 0
        /// Where the first open transaction begins.
        var open: Int?

        mutating func add(_ key: String, _ value: String?, at time: Int64 = 7) {
            entries.append(Entry(key: key, value: value, time: time))
        }
    }

    struct Topic {
        var id: String?
        var partitions: [Partition]
        init(_ partitions: Int = 1, id: String? = nil) {
            (self.id, self.partitions) = (id, Array(repeating: Partition(), count: partitions))
        }
    }

    struct State {
        var cluster = "here"
        var topics: [String: Topic] = [:]
        var isAway = false
        /// Where one comes whenever there is nothing else.
        var trickle: String?
        var time = Timestamp(milliseconds: 1_700_000_000_000)
        /// What happens between the next look at the ends and the answer.
        var meanwhile: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    init(_ topics: [String: Topic]) { state = Mutex(State(topics: topics)) }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    func add(_ topic: String, _ partition: Int = 0, _ key: String, _ value: String?, at time: Int64 = 7) {
        change { $0.topics[topic]?.partitions[partition].add(key, value, at: time) }
    }

    var current: State { state.withLock { $0 } }
    var time: Timestamp { current.time }

    func reader(_ properties: [String: String], log: Logger) throws(KafkaError) -> any RecordReader {
        ScriptedReader(self)
    }
    func admin(_ properties: [String: String], log: Logger) throws(KafkaError) -> any TopicAdmin {
        ScriptedTeller(self)
    }
}

private final class ScriptedTeller: TopicAdmin {
    private let kafka: ScriptedKafka
    init(_ kafka: ScriptedKafka) { self.kafka = kafka }

    private func state() throws(KafkaError) -> ScriptedKafka.State {
        let state = kafka.current
        if state.isAway { throw KafkaError(code: .timedOut, .retriable, reason: "away") }
        return state
    }

    func clusterID(timeout: Duration) throws(KafkaError) -> String { try state().cluster }
    func partitionCounts(of topics: [String], timeout: Duration) throws(KafkaError) -> [String: Int32] {
        try state().topics.filter { topics.contains($0.key) }.mapValues { Int32($0.partitions.count) }
    }
    func topicIDs(_ topics: [String]) throws(KafkaError) -> [String: String] {
        try state().topics.compactMapValues(\.id)
    }
    func offsets(_ partitions: [TopicPartition], timeout: Duration) throws(KafkaError) -> [Int64?] {
        let topics = try state().topics
        var meanwhile: (@Sendable () -> Void)?
        if partitions.contains(where: { $0.offset == TopicPartition.end }) {
            kafka.change { (meanwhile, $0.meanwhile) = ($0.meanwhile, nil) }
        }
        meanwhile?()
        return partitions.map { item in
            guard let found = topics[item.topic]?.partitions[Int(item.partition)] else { return nil }
            return Int64(item.offset == TopicPartition.beginning ? found.low : found.entries.count)
        }
    }
}

private final class ScriptedReader: RecordReader {
    private let kafka: ScriptedKafka
    private var next: [(place: TopicPartition, told: Int64)] = []
    private var turn = 0

    init(_ kafka: ScriptedKafka) { self.kafka = kafka }

    func assign(_ partitions: [TopicPartition]) { next = partitions.map { ($0, -1) } }
    func topicID(_ name: String) -> UInt? {
        kafka.current.topics.keys.sorted().firstIndex(of: name).map { UInt($0 + 1) }
    }

    func next(milliseconds: Int32) -> Reader.Event? {
        let state = kafka.current
        for _ in next.indices where !state.isAway {
            turn = (turn + 1) % next.count
            let place = next[turn].place
            guard let found = state.topics[place.topic]?.partitions[Int(place.partition)] else { continue }
            if place.offset > found.entries.count || place.offset < found.low {
                next.remove(at: turn)
                return .failure(KafkaError(code: .offsetReset, .retriable, reason: "out of range"))
            }
            let end = found.open ?? found.entries.count
            while next[turn].place.offset < end {
                let offset = next[turn].place.offset
                next[turn].place.offset += 1
                guard let entry = found.entries[Int(offset)] else { continue }
                return .record(
                    Record(
                        topic: place.topic, topicID: topicID(place.topic) ?? 1, partition: place.partition,
                        offset: offset, timestamp: entry.time, key: Array(entry.key.utf8),
                        value: entry.value.map { Array($0.utf8) }, headers: Headers()))
            }
            if next[turn].told < next[turn].place.offset {
                next[turn].told = next[turn].place.offset
                return .end(next[turn].place)
            }
        }
        // What it would wait for is what the test does meanwhile.
        usleep(UInt32(milliseconds == 0 ? 0 : 1000))
        if milliseconds > 0, let topic = state.trickle {
            kafka.add(topic, 0, "e", "")
            return self.next(milliseconds: 0)
        }
        return nil
    }
}
