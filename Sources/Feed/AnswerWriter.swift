import Contracts
import JSON
import Kafka
import Synchronization
import Telemetry

/// Writes what calls have come to into `feed.internal`. What does not get there is not tried again: the call's timer
/// asks the utility once more.
final class AnswerWriter: Sendable {
    private let producer: AcknowledgedProducer
    private let metrics: FeedMetrics
    private let log: Logger
    /// Answers are got rid of again: said once.
    private let isFailing: Failing

    private final class Failing: Sendable {
        private let flag = Atomic(false)
        /// - Returns: whether it was otherwise.
        func set(_ new: Bool) -> Bool { flag.exchange(new, ordering: .relaxed) != new }
    }

    init(_ properties: [String: String], _ metrics: FeedMetrics, log: Logger) throws(KafkaError) {
        let isFailing = Failing()
        (self.metrics, self.log, self.isFailing) = (metrics, log, isFailing)
        producer = try AcknowledgedProducer(properties, topics: [Context.feed.internal], log: log) {
            _, acknowledgement in
            switch acknowledgement {
            case .written: _ = isFailing.set(false)
            case .notWritten(let error), .unknown(let error): Self.failed(error, isFailing, metrics, log)
            }
        }
    }

    /// - Parameters:
    ///   - partition: the one that has asked.
    ///   - now: when the utility has answered.
    func write(_ answer: MeterAnswered, to partition: Int32, at now: Timestamp) {
        var json = JSONWriter()
        json.message(answer, at: now)
        let headers = Headers(capacity: 1)
        headers.add("type", MeterAnswered.type.bytes)
        do throws(KafkaError) {
            try producer.send(
                Context.feed.internal, partition: partition, key: answer.user.text.utf8.span, value: json.bytes,
                headers: headers, token: 1)
        } catch { Self.failed(error, isFailing, metrics, log) }
    }

    /// What ended it for good: another one has to be made.
    var fatalError: KafkaError? { producer.fatalError }

    func close() { producer.close(within: .milliseconds(500)) }

    private static func failed(_ error: KafkaError, _ isFailing: Failing, _ metrics: FeedMetrics, _ log: Logger) {
        metrics.notWritten()
        if isFailing.set(true) {
            log.warning(
                "the utility's answers cannot be written: it is asked again when they can", ["reason": error.reason])
        }
    }
}
