import Kafka
import Telemetry

/// Inputs that cannot be read though Kafka is there: a batch that cannot be unpacked, a right that is missing, a topic
/// that is gone. librdkafka complains as long as it tries, or once; a daemon with such an input is not ready.
struct InputFaults {
    /// So often at one place, and it does not pass by itself.
    private static let limit = 3
    /// How long after the last complaint the inputs are read anew, and how long none may come then until all is well.
    private static let quiet = Duration.seconds(10)

    private struct Trouble {
        var times = 0
        var offset: Int64
        var isLogged = false
        var complainedAt: ContinuousClock.Instant
        /// Read anew, without a complaint since.
        var retriedAt: ContinuousClock.Instant?
    }

    private let status: DaemonStatus
    /// By partition; -1 for a topic as a whole.
    private var troubles: [TopicPartition: Trouble] = [:]

    init(_ status: DaemonStatus) {
        self.status = status
        // Of a consumer before this one.
        status.mendAll()
    }

    var isEmpty: Bool { troubles.isEmpty }

    /// Such an error has come: see `KafkaError.isInputFault`.
    mutating func note(_ error: KafkaError, at now: ContinuousClock.Instant, _ log: Logger) {
        // Of the group, where no topic is named.
        let place = TopicPartition(error.place?.topic ?? "", error.place?.partition ?? -1)
        let offset = error.place?.offset ?? -1
        var trouble = troubles[place] ?? Trouble(offset: offset, complainedAt: now)
        if trouble.offset != offset { (trouble.times, trouble.offset) = (0, offset) }
        trouble.times += 1
        (trouble.complainedAt, trouble.retriedAt) = (now, nil)
        let isFault = !error.isUnreadable || trouble.times >= Self.limit
        if isFault, !trouble.isLogged {
            trouble.isLogged = true
            log.error(Self.message(error), ["reason": error.reason, "code": error.name])
            status.fault(place, error.reason)
        }
        troubles[place] = trouble
    }

    /// The group assigns partitions without this topic's.
    mutating func miss(_ topic: String, _ log: Logger) {
        let reason =
            "\(topic): the group assigns no partitions of this topic: it does not exist, this user may not read it, or "
            + "members of the group subscribe to other topics"
        let place = TopicPartition(topic, -1)
        guard troubles[place]?.isLogged != true else { return }
        troubles[place] = Trouble(times: 1, offset: -1, isLogged: true, complainedAt: .now)
        log.error("an input is missing: waiting for it; not ready", ["reason": reason])
        status.fault(place, reason)
    }

    /// All inputs have come.
    mutating func clear(_ log: Logger) {
        for place in troubles.keys { passed(place.topic, place.partition, log) }
    }

    /// A record has come.
    mutating func passed(_ topic: String, _ partition: Int32, _ log: Logger) {
        let place = TopicPartition(topic, partition)
        guard troubles.removeValue(forKey: place)?.isLogged == true else { return }
        status.mended(place)
        log.info("an input can be read again", ["topic": topic, "partition": partition])
    }

    /// Looks after the faults: librdkafka complains only once of some things, and is silent when they have passed.
    /// - Returns: whether it is time to read anew.
    mutating func isRetryDue(at now: ContinuousClock.Instant, _ log: Logger) -> Bool {
        var isDue = false
        for (place, trouble) in troubles where place.partition >= 0 || place.topic.isEmpty {
            guard now - trouble.complainedAt >= Self.quiet else { continue }
            if let retriedAt = trouble.retriedAt {
                if now - retriedAt >= Self.quiet { passed(place.topic, place.partition, log) }
            } else {
                troubles[place]?.retriedAt = now
                isDue = true
            }
        }
        return isDue
    }

    private static func message(_ error: KafkaError) -> StaticString {
        if error.isMissingRight { return "an input may not be read: this user lacks the right; not ready" }
        if error.isUnknownTopic {
            return "an input is gone: its topic does not exist, or this user may not see it; not ready"
        }
        return
            "an input cannot be read, a batch is damaged or too large: stop the daemons and set the group's offset behind it; not ready"
    }
}
