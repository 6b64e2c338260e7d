import CRdKafka
package import Telemetry

/// Sends records, each once and in order, without transactions: for tools. All calls come from one thread.
@safe package final class Producer {
    private static let timeout = Duration.seconds(10)
    private let handle: Handle

    /// - Parameter properties: librdkafka's. A key's partition is its CRC32, as kcat has it, and a record without a key
    ///   goes to any, unless `partitioner` is given.
    package init(_ properties: [String: String], log: Logger) throws(KafkaError) {
        let settings = try Settings(
            properties, defaults: ["enable.idempotence": "true", "partitioner": "consistent_random"],
            // Of two on their way to a leader that is new, the first can be refused and the second taken: brokers take
            // any sequence number of a producer that they do not know. librdkafka then reports both as arrived.
            fixed: ["max.in.flight.requests.per.connection": "1"])
        settings.takeDeliveryReports()
        handle = try Handle(RD_KAFKA_PRODUCER, settings, log: log)
    }

    /// Copies the record into the queue, and waits while that is full. Whether it arrived, `flush` says.
    /// The first record of a topic asks for it.
    /// - Parameter partition: nil leaves it to the key.
    /// - Throws: `isUnknownTopic` or retriable, if the topic cannot be found within 10 s.
    package func send(
        _ topic: String, partition: Int32? = nil, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: consuming Headers? = nil
    ) throws(KafkaError) {
        let isNew = handle.topicID(topic) == nil
        let name = topic
        let topic = try unsafe handle.topic(name)
        // Else the first record of a topic waits a second for its leader.
        if isNew { try unsafe _ = handle.partitions(of: topic, name, timeout: Self.timeout) }
        let list = unsafe (headers ?? Headers()).take()
        let code = unsafe key.withAddress { key, keyCount in
            unsafe value.withAddress { value, count in
                handle.untilTaken(within: Self.timeout) {
                    unsafe rdkafka_produce_with_headers(
                        handle.raw, topic, partition ?? RD_KAFKA_PARTITION_UA, key, keyCount, value, count, list, 0, nil
                    )
                }
            }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            unsafe rd_kafka_headers_destroy(list)
            throw handle.fatalError ?? KafkaError(code)
        }
    }

    /// Takes delivery reports off the queue; what is not sent yet continues being sent.
    package func serve(milliseconds: Int32 = 0) { unsafe _ = rd_kafka_poll(handle.raw, milliseconds) }

    /// Waits until everything sent has arrived.
    /// - Throws: what became of the first record that did not arrive since the last flush; retriable, if time is up.
    package func flush(milliseconds: Int32) throws(KafkaError) {
        let code = unsafe rd_kafka_flush(handle.raw, milliseconds)
        if let (count, first) = handle.context.deliveries.takeFailures() {
            let code = rd_kafka_resp_err_t(first.code.rawValue)
            let advice = Right("Write", .topic, "").advice(code)
            throw KafkaError(code, .fatal, reason: "\(count) records did not arrive: \(first.reason)\(advice)")
        }
        try code.orThrow()
    }
}
