import CRdKafka
import Synchronization
package import Telemetry
import Threads

/// Sends records, each once and in order, and says of each what became of it. Any thread may call it; nothing waits for
/// Kafka but `close`.
///
/// Each record that `send` has taken has one acknowledgement, in time: it is written, or it is given up after
/// `message.timeout.ms`, by a `purge` or at the end. They come on one thread of the producer's own, which has to do
/// nothing long with them: those behind wait.
@safe package final class AcknowledgedProducer: Sendable {
    /// Which of its records a purge gives up.
    package enum Purge: Sendable {
        /// Those that lie in its queue.
        case queue
        /// Those too that a broker has been sent and has not answered.
        case all
    }

    private static let turn: Int32 = 100
    /// A purge is a matter of threads of this process. Should one hang, the end does not.
    private static let purgeLimit = Duration.seconds(2)

    private let handle: Handle
    /// librdkafka's addresses of them. Asked for beforehand: the client's list of them is one thread's.
    private let topics: [String: UInt]
    /// When the polling thread ends, at the latest; nil as long as the producer lives.
    private let end = Mutex<ContinuousClock.Instant?>(nil)
    /// Serves acknowledgements; made once, at the end of the initializer.
    private let thread = Mutex<Thread?>(nil)

    /// - Parameters:
    ///   - properties: librdkafka's. A key's partition is its CRC32, as kcat has it. Unless they say otherwise, at most
    ///     10,000 records or 16 MiB lie in the queue, and each is tried for 10 s.
    ///   - topics: those that records go to. They need not be there yet.
    ///   - acknowledge: gets the token of each record, and what became of it.
    package init(
        _ properties: [String: String], topics: [String], log: Logger,
        acknowledge: @escaping @Sendable (UInt64, Acknowledgement) -> Void
    ) throws(KafkaError) {
        let settings = try Settings(
            properties,
            defaults: [
                "partitioner": "consistent_random", "queue.buffering.max.messages": "10000",
                "queue.buffering.max.kbytes": "16384", "message.timeout.ms": "10000", "linger.ms": "1",
                "socket.nagle.disable": "true", "retry.backoff.ms": "10",
            ],
            // One request on its way, as `Producer` has it, and for the same reason: an acknowledgement is a promise
            // here.
            fixed: ["enable.idempotence": "true", "acks": "all", "max.in.flight.requests.per.connection": "1"])
        settings.takeAcknowledgements()
        let handle = try Handle(RD_KAFKA_PRODUCER, settings, log: log)
        handle.context.acknowledge = acknowledge
        for name in topics { try unsafe _ = handle.topic(name) }
        self.topics = handle.context.topics
        self.handle = handle
        thread.withLock { $0 = Thread("acknowledgments") { [self] in poll() } }
    }

    /// Copies the record into the queue.
    /// - Parameters:
    ///   - partition: nil leaves it to the key.
    ///   - token: comes back with the record's acknowledgement.
    /// - Throws: where it is not taken, and so certainly never sent: there is no acknowledgement then. `isQueueFull`,
    ///   `isTooLarge`, `isUnknownTopic` where that is known already, or fatal, behind which only a new producer sends
    ///   anything.
    package func send(
        _ topic: String, partition: Int32? = nil, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: consuming Headers? = nil, token: UInt64
    ) throws(KafkaError) {
        guard let id = topics[topic] else { preconditionFailure("topic \(topic) is not among the producer's") }
        let list = unsafe (headers ?? Headers()).take()
        let code = unsafe key.withAddress { key, keyCount in
            unsafe value.withAddress { value, count in
                // Held while it is enqueued: what came behind the last purge would have no acknowledgement.
                end.withLock { end in
                    guard end == nil else { return RD_KAFKA_RESP_ERR__DESTROY }
                    return unsafe rdkafka_produce_with_headers(
                        handle.raw, OpaquePointer(bitPattern: id), partition ?? RD_KAFKA_PARTITION_UA, key,
                        keyCount, value, count, list, 0, UnsafeMutableRawPointer(bitPattern: UInt(token)))
                }
            }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            // Ours again.
            unsafe rd_kafka_headers_destroy(list)
            throw handle.fatalError ?? KafkaError(code)
        }
    }

    /// Gives records up; their acknowledgements say whether each has never been sent or may have been.
    package func purge(_ purge: Purge) {
        let inFlight = purge == .all ? RD_KAFKA_PURGE_F_INFLIGHT : 0
        unsafe _ = rd_kafka_purge(handle.raw, RD_KAFKA_PURGE_F_QUEUE | inFlight)
    }

    /// How many records have no acknowledgement yet.
    package var pending: Int { unsafe Int(rd_kafka_outq_len(handle.raw)) }

    /// What ended this producer for good, if anything has.
    package var fatalError: KafkaError? { handle.fatalError }

    /// Sends what is in the queue for so long, gives up the rest, and waits for the last acknowledgement. Not from
    /// `acknowledge`.
    package func close(within time: Duration) {
        end.withLock { if $0 == nil { $0 = .now + time } }
        thread.withLock { $0 }?.join()
    }

    /// Serves acknowledgements until the end. It keeps the producer alive: one that is not closed lives as long as the
    /// process.
    private func poll() {
        let raw = unsafe handle.raw
        while true {
            unsafe _ = rd_kafka_poll(raw, Self.turn)
            guard let end = end.withLock({ $0 }) else { continue }
            if pending == 0 { return }
            if .now >= end { break }
        }
        purge(.all)
        let limit = ContinuousClock.now + Self.purgeLimit
        while pending > 0, .now < limit { unsafe _ = rd_kafka_poll(raw, Self.turn) }
    }
}
