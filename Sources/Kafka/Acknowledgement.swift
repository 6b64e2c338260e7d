import CRdKafka

/// What became of a record that `AcknowledgedProducer` has taken.
package enum Acknowledgement: Sendable {
    /// All replicas in sync have it. The offset is nil where Kafka has recognised a record that it had already.
    case written(partition: Int32, offset: Int64?)
    /// It is not in Kafka and will not be: it has never left this process, or a broker has refused it.
    case notWritten(KafkaError)
    /// It has been sent and no answer came: it may be in Kafka, or may yet get there.
    case unknown(KafkaError)

    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        let (code, partition, offset) = unsafe (message.pointee.err, message.pointee.partition, message.pointee.offset)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            self = .written(partition: partition, offset: offset >= 0 ? offset : nil)
            return
        }
        // librdkafka notes of each record whether it has been in a request whose answer is not known, also where it
        // lies in the queue again for another attempt.
        let status = unsafe rd_kafka_message_status(message)
        let mayBeThere = status != RD_KAFKA_MSG_STATUS_NOT_PERSISTED || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT
        self = mayBeThere ? .unknown(KafkaError(code)) : .notWritten(KafkaError(code))
    }
}
