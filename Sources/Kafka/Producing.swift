import CRdKafka

/// What both producers do.
extension Handle {
    /// Makes a call again as long as it may still succeed.
    func attempt(for timeout: Duration, _ call: () -> OpaquePointer?) throws(KafkaError) {
        try persist(for: timeout) { () throws(KafkaError) in
            if let error = unsafe call() { throw unsafe KafkaError(consuming: error) }
        }
    }

    /// The same for a call that throws.
    func persist(for timeout: Duration, _ call: () throws(KafkaError) -> Void) throws(KafkaError) {
        let deadline = ContinuousClock.now + timeout
        while true {
            do throws(KafkaError) { return try call() } catch {
                guard error.severity == .retriable, .now < deadline else { throw error }
                // Some fail at once: this is the pause.
                unsafe _ = rd_kafka_poll(raw, 10)
            }
        }
    }

    /// Tries to enqueue as long as the queue is full, and takes delivery reports meanwhile, which is what makes room.
    @inline(__always)
    func untilTaken(
        within timeout: Duration, _ enqueue: () -> rd_kafka_resp_err_t
    ) -> rd_kafka_resp_err_t {
        var code = enqueue()
        guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else { return code }
        let deadline = ContinuousClock.now + timeout
        while code == RD_KAFKA_RESP_ERR__QUEUE_FULL, ContinuousClock.now < deadline {
            unsafe _ = rd_kafka_poll(raw, 1)
            code = enqueue()
        }
        return code
    }

    /// Learns a topic's leaders, and how many partitions it has. One just made may take a moment to be known
    /// everywhere.
    func partitions(of topic: OpaquePointer, _ name: String, timeout: Duration) throws(KafkaError) -> Int32 {
        let deadline = ContinuousClock.now + timeout
        // A definite answer beats a later timeout.
        var unknown: KafkaError?
        while true {
            let (code, count) = unsafe metadata(of: topic, timeout: deadline - .now)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, count > 0 { return count }
            let why = code == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE : code
            let text = unsafe String(cString: rd_kafka_err2str(why))
            let error = KafkaError(why, reason: "topic \(name): \(text)\(Right("Write", .topic, name).advice(why))")
            if error.isUnknownTopic { unknown = error }
            guard error.severity == .retriable || error.isUnknownTopic, .now < deadline else { throw unknown ?? error }
            unsafe _ = rd_kafka_poll(raw, 50)
        }
    }

    private func metadata(of topic: OpaquePointer, timeout: Duration) -> (rd_kafka_resp_err_t, Int32) {
        var found: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(raw, 0, topic, &found, max(timeout.milliseconds, 1))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let found = unsafe found else { return (code, 0) }
        defer { unsafe rd_kafka_metadata_destroy(found) }
        guard unsafe found.pointee.topic_cnt == 1 else { return (RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, 0) }
        let entry = unsafe found.pointee.topics[0]
        return unsafe (entry.err, entry.partition_cnt)
    }
}
