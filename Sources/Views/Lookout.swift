import Contracts
import Daemon
import Kafka
import Synchronization
import Telemetry
import Threads

/// What Kafka says of the topics, at one moment.
struct TopicsSnapshot: Sendable {
    /// A topic in it, in the order in which they are followed.
    struct Topic: Sendable, Equatable {
        var partitions: Int32
        /// nil where the library tells none.
        var id: String?
    }

    /// Before it was asked: whatever had been committed by then lies before the ends.
    var at: Timestamp
    var askedAt = ContinuousClock.now
    var cluster: String
    /// nil for one that is not there.
    var topics: [Topic?]
    /// By topic and partition, one behind the other. Of the oldest ones only when topics were looked at too.
    var lows: [Int64?]
    /// High watermarks: what is not committed yet counts, or a view could say that it has what is just being committed.
    var ends: [Int64?]
}

/// Asks Kafka once a second where the topics end, and less often what they are: on a thread of its own, since nobody
/// says how long an answer takes. Its answers are what a view's age is known by.
final class Lookout: Sendable {
    private static let interval = Duration.seconds(1)
    /// So many looks at the ends for each at the topics.
    private static let looksAtEnds = 10
    /// Of each question to Kafka.
    private static let timeout = Duration.seconds(5)

    private let topics: [String]
    private let properties: [String: String]
    private let source: any ViewSource
    private let callLimit: Duration
    private let log: Logger
    private let watchdog = Watchdog()
    private let stop = StopSignal()
    private let bell = Bell()
    private let wantsAll = Atomic(true)
    private let isInHaste = Atomic(false)
    private let found = Mutex<(whole: TopicsSnapshot?, newest: Result<TopicsSnapshot, KafkaError>?)>((nil, nil))
    private let thread = Mutex<Thread?>(nil)

    init(_ settings: ViewSettings, _ source: any ViewSource, _ log: Logger) {
        topics = settings.topics.map(\.name)
        (properties, callLimit) = (settings.properties, settings.callLimit)
        (self.source, self.log) = (source, log)
    }

    func start() {
        watchdog.start(log)
        thread.withLock { $0 = Thread("view-ends") { self.run() } }
    }

    func end() {
        stop.set()
        bell.ring()
        thread.withLock { $0.take() }?.join()
        watchdog.end()
    }

    /// Looks at the ends soon, and not when a second has passed.
    func hasten() {
        isInHaste.store(true, ordering: .relaxed)
        bell.ring()
    }

    /// Forgets what was seen, and looks at everything.
    func reset() {
        found.withLock { $0 = (nil, nil) }
        wantsAll.store(true, ordering: .releasing)
        bell.ring()
    }

    /// The last that was seen of everything since `reset`.
    var whole: TopicsSnapshot? { found.withLock { $0.whole } }

    /// What has come since it was last asked for.
    func takeNewest() -> Result<TopicsSnapshot, KafkaError>? { found.withLock { $0.newest.take() } }

    private func run() {
        while !stop.isSet {
            do {
                try watchdog.lending(
                    callLimit, { try source.admin(properties, log: log) }, { admin in try look(with: admin) })
            } catch {
                // Of what makes a client, which its settings are to blame for.
                note(.failure(error as? KafkaError ?? .noAnswer("\(error)")), isWhole: false)
                pause()
            }
        }
    }

    private func look(with admin: any TopicAdmin) throws {
        var (looks, last): (Int, TopicsSnapshot?) = (0, nil)
        while !stop.isSet {
            let isWhole = wantsAll.exchange(false, ordering: .acquiring) || last == nil || looks >= Self.looksAtEnds
            do throws(KafkaError) {
                let snapshot = try snapshot(isWhole ? nil : last, admin)
                note(.success(snapshot), isWhole: isWhole)
                (looks, last) = (isWhole ? 0 : looks + 1, snapshot)
            } catch {
                last = nil
                note(.failure(error), isWhole: false)
                if error.severity == .fatal, !error.isMissingRight, !error.isUnknownTopic { throw error }
            }
            pause()
        }
    }

    private func snapshot(_ last: TopicsSnapshot?, _ admin: any TopicAdmin) throws(KafkaError) -> TopicsSnapshot {
        try watchdog.guarding(callLimit) { () throws(KafkaError) in
            var snapshot = last ?? TopicsSnapshot(at: source.time, cluster: "", topics: [], lows: [], ends: [])
            (snapshot.at, snapshot.askedAt) = (source.time, .now)
            if last == nil {
                snapshot.cluster = try admin.clusterID(timeout: Self.timeout)
                let counts = try admin.partitionCounts(of: topics, timeout: Self.timeout)
                let ids = try admin.topicIDs(topics)
                snapshot.topics = topics.map { name in
                    counts[name].map { TopicsSnapshot.Topic(partitions: $0, id: ids[name]) }
                }
                snapshot.lows = try admin.offsets(places(snapshot, TopicPartition.beginning), timeout: Self.timeout)
            }
            snapshot.ends = try admin.offsets(places(snapshot, TopicPartition.end), timeout: Self.timeout)
            return snapshot
        }
    }

    private func places(_ snapshot: TopicsSnapshot, _ offset: Int64) -> [TopicPartition] {
        zip(topics, snapshot.topics).flatMap { name, topic in
            (0..<(topic?.partitions ?? 0)).map { TopicPartition(name, $0, offset: offset) }
        }
    }

    private func note(_ result: Result<TopicsSnapshot, KafkaError>, isWhole: Bool) {
        found.withLock { found in
            if isWhole { found.whole = try? result.get() }
            found.newest = result
        }
    }

    private func pause() {
        let until = ContinuousClock.now + Self.interval
        while .now < until, !stop.isSet, !wantsAll.load(ordering: .relaxed),
            !isInHaste.exchange(false, ordering: .relaxed)
        { bell.wait(atMost: until - .now) }
    }
}
