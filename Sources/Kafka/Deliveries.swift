import CRdKafka

/// What became of the records that a producer sent. Belongs to the thread that calls into the producer.
final class Deliveries {
    /// Marks a record to follow: the number of its transaction, so that none of an earlier one is counted. Never null.
    private(set) var mark = 1
    /// For each partition the offset behind the last record that arrived; 0 is none.
    private var positions: [Int64] = []
    private var failed = 0
    private var failure: KafkaError?

    func begin() {
        mark += 1
        for index in positions.indices { positions[index] = 0 }
    }

    func position(_ partition: Int32) -> Int64? {
        guard positions.indices.contains(Int(partition)) else { return nil }
        let position = positions[Int(partition)]
        return position > 0 ? position : nil
    }

    func take(_ message: rd_kafka_message_t) {
        guard unsafe message.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            failed += 1
            if failure == nil { failure = unsafe KafkaError(message.err) }
            return
        }
        // A duplicate that the broker recognised comes without an offset: the older position stays.
        guard unsafe Int(bitPattern: message._private) == mark, unsafe message.offset >= 0 else { return }
        let partition = unsafe Int(message.partition)
        if partition >= positions.count {
            positions += repeatElement(0, count: partition + 1 - positions.count)
        }
        positions[partition] = unsafe max(positions[partition], message.offset + 1)
    }

    /// The failures since the last time.
    func takeFailures() -> (count: Int, first: KafkaError)? {
        guard let failure else { return nil }
        defer { (self.failed, self.failure) = (0, nil) }
        return (failed, failure)
    }
}
