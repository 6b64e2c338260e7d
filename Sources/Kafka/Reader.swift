import CRdKafka
package import Telemetry

/// Reads given partitions from given offsets to their ends and on, without a group. All calls come from one thread.
@safe package final class Reader {
    package enum Isolation: String, Sendable {
        /// Leaves out what was aborted, and ends before the first transaction that is open.
        case readCommitted = "read_committed"
        case readUncommitted = "read_uncommitted"
    }

    /// What `next` gives.
    package enum Event: ~Copyable {
        case record(Record)
        /// All there is has been read, up to this offset: the next one to read. It comes again each time that more has
        /// come and been read. Records that are not shown, of transactions' ends and aborted ones, lie before it too.
        case end(TopicPartition)
        /// Fatal: the client is done for. Else something to say: librdkafka tries by itself to get over it. If the
        /// error `isOffsetOutOfRange`, its partition is not read any further.
        case failure(KafkaError)
    }

    private let handle: Handle
    /// Everything comes from here: it is what partitions are fetched to, and errors are sent on to it.
    private let queue: OpaquePointer
    private let errors: OpaquePointer
    private let nudge: FetchNudge

    /// - Parameters:
    ///   - properties: librdkafka's; a `group.id` is of no use.
    ///   - log: takes librdkafka's own log lines.
    package init(_ properties: [String: String], log: Logger, isolation: Isolation) throws(KafkaError) {
        var properties = properties
        for name in ["group.id", "group.instance.id"] { properties[name] = nil }
        let settings = try Settings(
            properties,
            defaults: [
                "auto.offset.reset": "error",
                // How long a fetch at the end waits for more, and so how long the end takes to be told.
                "fetch.wait.max.ms": "10",
            ].merging(LibraryVersion.current.fetchDefaults) { $1 },
            fixed: [
                "enable.partition.eof": "true", "isolation.level": isolation.rawValue, "enable.auto.commit": "false",
                "enable.auto.offset.store": "false",
            ])
        settings.enable(events: RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR)
        let handle = try Handle(RD_KAFKA_CONSUMER, settings, log: log)
        unsafe errors = rd_kafka_queue_get_main(handle.raw)
        unsafe queue = rd_kafka_queue_new(handle.raw)
        unsafe rd_kafka_queue_forward(errors, queue)
        nudge = FetchNudge(properties)
        self.handle = handle
    }

    deinit {
        for item in nudge.partitions { stop(item) }
        unsafe rd_kafka_queue_forward(errors, nil)
        unsafe rd_kafka_queue_destroy(errors)
        unsafe rd_kafka_queue_destroy(queue)
    }

    /// Reads these partitions from their offsets on, and no others; nothing fetched earlier comes after this.
    package func assign(_ partitions: [TopicPartition]) throws(KafkaError) {
        while let last = nudge.partitions.popLast() { stop(last) }
        for item in partitions {
            precondition(item.offset != TopicPartition.stored, "without a group there is no stored offset")
            let topic = try unsafe handle.topic(item.topic)
            guard unsafe rd_kafka_consume_start_queue(topic, item.partition, item.offset, queue) == 0 else {
                throw KafkaError(rd_kafka_last_error(), reason: "cannot read \(item)")
            }
            nudge.partitions.append(item)
        }
    }

    private func stop(_ item: TopicPartition) {
        if let topic = try? unsafe handle.topic(item.topic) { unsafe rd_kafka_consume_stop(topic, item.partition) }
    }

    /// The oldest offset, and the one behind the newest record, as the last fetch told them; nil before the first one.
    /// Asks nobody.
    package func cachedWatermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64)? {
        handle.cachedWatermarks(topic, partition)
    }

    /// What `Record.topicID` is for a topic that was assigned.
    package func topicID(_ name: String) -> UInt? { handle.topicID(name) }

    /// The same as a consumer's.
    package func position(_ topic: String, _ partition: Int32) -> Int64? { handle.position(topic, partition) }

    /// The next event; nil when there is none within the time. With 0 it takes what has been fetched already.
    package func next(milliseconds: Int32) -> Event? {
        while true {
            guard let event = unsafe nudge.poll(queue, handle.raw, milliseconds) else { return nil }
            // Consumes the event if it is a record.
            if unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_FETCH {
                guard let message = unsafe rd_kafka_event_message_next(event) else {
                    unsafe rd_kafka_event_destroy(event)
                    continue
                }
                unsafe nudge.count(queue, handle.raw)
                return unsafe .record(Record(event, message))
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            guard unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR else { continue }
            guard unsafe rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__PARTITION_EOF else {
                return unsafe .failure(handle.error(of: event))
            }
            if let end = unsafe TopicPartition(of: event) { return .end(end) }
        }
    }
}
