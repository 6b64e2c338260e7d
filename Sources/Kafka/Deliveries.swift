import CRdKafka

/// What became of the records that a producer sent. Belongs to the thread that calls into the producer.
final class Deliveries {
    /// The number of the transaction, so that no report of an earlier one is counted.
    private var transaction = 1
    /// A record of this transaction has been enqueued, and what became of the first one is not known.
    private(set) var isWaiting = false
    private var isAnswered = false
    /// For each partition the offset behind the last record that arrived; 0 is none.
    private var positions: [Int64] = []
    private var failed = 0
    private var failure: KafkaError?

    /// Goes with a record, and comes back with its report. Never 0.
    func mark(tracked: Bool) -> Int { transaction << 1 | (tracked ? 1 : 0) }

    func begin() {
        transaction += 1
        (isWaiting, isAnswered) = (false, false)
        for index in positions.indices { positions[index] = 0 }
    }

    /// A record has been enqueued.
    @inline(__always)
    func sent() { isWaiting = !isAnswered }

    /// Nothing is to be waited for in this transaction any more.
    func answered() { (isWaiting, isAnswered) = (false, true) }

    func position(_ partition: Int32) -> Int64? {
        guard positions.indices.contains(Int(partition)) else { return nil }
        let position = positions[Int(partition)]
        return position > 0 ? position : nil
    }

    func take(_ message: rd_kafka_message_t) {
        let mark = unsafe Int(bitPattern: message._private)
        if mark >> 1 == transaction { answered() }
        guard unsafe message.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            failed += 1
            if failure == nil { failure = unsafe KafkaError(message.err) }
            return
        }
        // A duplicate that the broker recognised comes without an offset: the older position stays.
        guard mark == self.mark(tracked: true), unsafe message.offset >= 0 else { return }
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
