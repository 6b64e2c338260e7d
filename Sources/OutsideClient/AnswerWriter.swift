package import Contracts
import JSON
package import Kafka
import Synchronization
package import Telemetry

/// Writes what calls have come to into a context's internal topic. What does not get there is not tried again: the
/// call's timer asks once more. One thread.
package final class AnswerWriter {
    private let properties: [String: String]
    private let topic: String
    private let unwritten: Counter
    private let log: Logger
    private var producer: AcknowledgedProducer

    /// Answers are got rid of again: said once.
    private final class Failing: Sendable {
        private let flag = Atomic(false)
        /// - Returns: whether it was otherwise.
        func set(_ new: Bool) -> Bool { flag.exchange(new, ordering: .relaxed) != new }
    }

    private let isFailing: Failing

    /// - Parameters:
    ///   - properties: librdkafka's.
    ///   - topic: a context's internal one.
    ///   - unwritten: counts answers that Kafka has not taken.
    package init(
        _ properties: [String: String], to topic: String, unwritten: Counter, log: Logger
    ) throws(KafkaError) {
        let isFailing = Failing()
        (self.properties, self.topic, self.unwritten, self.log) = (properties, topic, unwritten, log)
        self.isFailing = isFailing
        producer = try Self.producer(properties, topic, isFailing, unwritten, log)
    }

    private static func producer(
        _ properties: [String: String], _ topic: String, _ isFailing: Failing, _ unwritten: Counter, _ log: Logger
    ) throws(KafkaError) -> AcknowledgedProducer {
        try AcknowledgedProducer(properties, topics: [topic], log: log) { _, acknowledgement in
            switch acknowledgement {
            case .written: _ = isFailing.set(false)
            case .notWritten(let error), .unknown(let error): Self.failed(error, isFailing, unwritten, log)
            }
        }
    }

    /// - Parameters:
    ///   - key: of the record.
    ///   - partition: the one that has asked.
    ///   - now: when the answer came.
    package func write<M: Message>(_ answer: M, key: String, to partition: Int32, at now: Timestamp) {
        var json = JSONWriter()
        json.message(answer, at: now)
        let headers = Headers(capacity: 1)
        headers.add("type", M.type.bytes)
        do throws(KafkaError) {
            try producer.send(
                topic, partition: partition, key: key.utf8.span, value: json.bytes, headers: headers, token: 1)
        } catch { Self.failed(error, isFailing, unwritten, log) }
    }

    /// Makes another producer where an error has ended this one for good.
    package func mend() throws(KafkaError) {
        guard let error = producer.fatalError else { return }
        log.warning("the producer of answers has failed for good: a new one is made", ["reason": error.reason])
        close()
        producer = try Self.producer(properties, topic, isFailing, unwritten, log)
    }

    package func close() { producer.close(within: .milliseconds(500)) }

    private static func failed(_ error: KafkaError, _ isFailing: Failing, _ unwritten: Counter, _ log: Logger) {
        unwritten.increment()
        if isFailing.set(true) {
            log.warning(
                "answers from outside cannot be written: they are asked for again when they can",
                ["reason": error.reason])
        }
    }
}
