import CRdKafka
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(30))) struct TransactionalProducerTests {
    @Test func `a record that is too large is told apart`() throws {
        let broker = try EmbeddedBroker()
        let producer = try TransactionalProducer(
            ["bootstrap.servers": broker.bootstrapServers, "transactional.id": "x", "message.max.bytes": "2000"],
            log: quiet)
        let topic = try producer.topic("t")
        try producer.begin()
        let large = [UInt8](repeating: 0, count: 3000)
        for withHeaders in [false, true] {
            let error = #expect(throws: KafkaError.self) {
                let headers: Headers? = withHeaders ? Headers() : nil
                try producer.produce(topic, 0, key: nil, value: large.span, headers: headers)
            }
            #expect(error?.isTooLarge == true && error?.severity == .abortable)
        }
        // The transaction is as good as before.
        try producer.produce(topic, 0, "k", "v")
        try producer.commit()
    }

    @Test func `follows only the records that are tracked`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 2)
        let producer = try TransactionalProducer(
            ["bootstrap.servers": broker.bootstrapServers, "transactional.id": "x"], log: quiet)
        let topic = try producer.topic("t")
        try producer.begin()
        for value in ["a", "b"] { try producer.produce(topic, 1, "k", value, tracked: true) }
        for value in ["c", "d"] { try producer.produce(topic, 1, "k", value) }
        try producer.produce(topic, 0, "k", "e")
        try producer.commit()
        let positions = [1, 0, 7].map { producer.deliveredPosition($0) }
        #expect(positions == [2, nil, nil])
        try producer.begin()
        let fresh = producer.deliveredPosition(1)
        #expect(fresh == nil)
        try producer.abort()
    }

    @Test func `keeps the older position where a report has none`() {
        let deliveries = Deliveries()
        deliveries.begin()
        func report(_ offset: Int64, mark: Int, _ code: rd_kafka_resp_err_t = RD_KAFKA_RESP_ERR_NO_ERROR) {
            var message = unsafe rd_kafka_message_t()
            unsafe (message.partition, message.offset, message.err) = (3, offset, code)
            unsafe message._private = UnsafeMutableRawPointer(bitPattern: mark)
            unsafe deliveries.take(message)
        }
        let old = deliveries.mark(tracked: true)
        report(41, mark: old)
        report(Int64(RD_KAFKA_OFFSET_INVALID), mark: old)
        report(7, mark: old)
        report(99, mark: deliveries.mark(tracked: false))
        report(99, mark: 0)
        report(98, mark: old, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
        #expect(deliveries.position(3) == 42)
        deliveries.begin()
        // A late one of the transaction before.
        report(50, mark: old)
        #expect(deliveries.position(3) == nil)
    }
}
