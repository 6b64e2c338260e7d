import CRdKafka

extension Admin {
    /// Makes a request and waits for its answer, which the caller destroys.
    func request(
        _ kind: rd_kafka_admin_op_t, _ timeout: Duration, _ needed: Right,
        _ call: (_ client: OpaquePointer, _ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
    ) throws(KafkaError) -> OpaquePointer {
        let options = unsafe rd_kafka_AdminOptions_new(handle.raw, kind)
        let queue = unsafe rd_kafka_queue_new(handle.raw)
        defer {
            unsafe rd_kafka_AdminOptions_destroy(options)
            unsafe rd_kafka_queue_destroy(queue)
        }
        // Never refused: the number is within bounds.
        unsafe _ = rd_kafka_AdminOptions_set_request_timeout(options, max(timeout.milliseconds, 1), nil, 0)
        unsafe call(handle.raw, options, queue)
        // librdkafka keeps to the timeout itself and says more about it.
        guard let event = unsafe rd_kafka_queue_poll(queue, (timeout + .seconds(1)).milliseconds) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        let code = unsafe rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            defer { unsafe rd_kafka_event_destroy(event) }
            let text = unsafe String(cString: rd_kafka_event_error_string(event))
            throw KafkaError(code, reason: text + needed.advice(code))
        }
        return unsafe event
    }

    /// The topics whose result is the tolerated error. Any other error is thrown.
    func names(
        _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ complaint: String, _ right: String,
        _ tolerated: rd_kafka_resp_err_t
    ) throws(KafkaError) -> Set<String> {
        var names: Set<String> = []
        for index in 0..<count {
            guard let result = unsafe results?[index] else { continue }
            let name = unsafe String(cString: rd_kafka_topic_result_name(result))
            let code = unsafe rd_kafka_topic_result_error(result)
            if code == tolerated {
                names.insert(name)
            } else if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                let why = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) } ?? ""
                let advice = Right(right, .topic, name).advice(code)
                throw KafkaError(code, reason: "\(complaint) topic \(name): \(why)\(advice)")
            }
        }
        return names
    }
}
