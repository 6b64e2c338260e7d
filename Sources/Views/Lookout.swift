import Contracts
import Daemon
import Kafka
import Synchronization
import Telemetry
import Threads

/// What Kafka says of the topics, at one moment.
struct Sight: Sendable {
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
    private let found = Mutex<(whole: Sight?, newest: Result<Sight, KafkaError>?)>((nil, nil))
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
    func lookAnew() {
        found.withLock { $0 = (nil, nil) }
        wantsAll.store(true, ordering: .releasing)
        bell.ring()
    }

    /// The last that was seen of everything since `lookAnew`.
    var whole: Sight? { found.withLock { $0.whole } }

    /// What has come since it was last asked for.
    func takeNewest() -> Result<Sight, KafkaError>? { found.withLock { $0.newest.take() } }

    private func run() {
        while !stop.isSet {
            do {
                try watchdog.lending(
                    callLimit, { try source.teller(properties, log: log) }, { teller in try look(with: teller) })
            } catch {
                // Of what makes a client, which its settings are to blame for.
                note(.failure(error as? KafkaError ?? .noAnswer("\(error)")), isWhole: false)
                pause()
            }
        }
    }

    private func look(with teller: any TopicTeller) throws {
        var (looks, last): (Int, Sight?) = (0, nil)
        while !stop.isSet {
            let isWhole = wantsAll.exchange(false, ordering: .acquiring) || last == nil || looks >= Self.looksAtEnds
            do throws(KafkaError) {
                let sight = try sight(isWhole ? nil : last, teller)
                note(.success(sight), isWhole: isWhole)
                (looks, last) = (isWhole ? 0 : looks + 1, sight)
            } catch {
                last = nil
                note(.failure(error), isWhole: false)
                if error.severity == .fatal, !error.isMissingRight, !error.isUnknownTopic { throw error }
            }
            pause()
        }
    }

    private func sight(_ last: Sight?, _ teller: any TopicTeller) throws(KafkaError) -> Sight {
        try watchdog.guarding(callLimit) { () throws(KafkaError) in
            var sight = last ?? Sight(at: source.time, cluster: "", topics: [], lows: [], ends: [])
            (sight.at, sight.askedAt) = (source.time, .now)
            if last == nil {
                sight.cluster = try teller.clusterID(timeout: Self.timeout)
                let counts = try teller.partitionCounts(of: topics, timeout: Self.timeout)
                let ids = try teller.topicIDs(topics)
                sight.topics = topics.map { name in
                    counts[name].map { Sight.Topic(partitions: $0, id: ids[name]) }
                }
                sight.lows = try teller.offsets(places(sight, TopicPartition.beginning), timeout: Self.timeout)
            }
            sight.ends = try teller.offsets(places(sight, TopicPartition.end), timeout: Self.timeout)
            return sight
        }
    }

    private func places(_ sight: Sight, _ offset: Int64) -> [TopicPartition] {
        zip(topics, sight.topics).flatMap { name, topic in
            (0..<(topic?.partitions ?? 0)).map { TopicPartition(name, $0, offset: offset) }
        }
    }

    private func note(_ result: Result<Sight, KafkaError>, isWhole: Bool) {
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
