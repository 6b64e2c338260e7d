import Contracts
import HTTP
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon
@testable import Kafka

/// What makes an input a fault, and what mends it. No clock, no Kafka.
@Suite struct InputFaultsTests {
    private let status = DaemonStatus(MetricsRegistry(), .user)
    private let sink = MemoryLog()
    private var log: Logger { Logger(level: .info, sink: sink) }
    private let began = ContinuousClock.now

    init() { status.set(.running) }

    /// BAD_MSG is what librdkafka says of a batch that it cannot take apart.
    private func error(_ code: KafkaError.Code, at offset: Int64 = 7) -> KafkaError {
        KafkaError(code: code, .retriable, reason: "it is wrong").at(TopicPartition("in", 1, offset: offset))
    }

    /// A macro cannot change a value.
    private final class Subject {
        var faults: InputFaults
        let log: Logger

        init(_ status: DaemonStatus, _ log: Logger) { (faults, self.log) = (InputFaults(status), log) }

        func note(_ error: KafkaError, at now: ContinuousClock.Instant) { faults.note(error, at: now, log) }
        func isRetryDue(at now: ContinuousClock.Instant) -> Bool { faults.isRetryDue(at: now, log) }
        func passed(_ topic: String, _ partition: Int32) { faults.passed(topic, partition, log) }
        var isEmpty: Bool { faults.isEmpty }
    }

    private func ready() -> (status: Int, body: String) {
        let answer = Health.answer(
            HTTPRequest(method: "GET", path: "/readyz"), status, livenessLimit: .seconds(60))
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    private static let (damaged, noRight, noTopic) = (
        KafkaError.Code.badMessage, KafkaError.Code.topicAuthorizationFailed, KafkaError.Code.unknownTopicOrPartition
    )

    @Test func `a batch that cannot be read is a fault the third time at one offset`() {
        let faults = Subject(status, log)
        for time in 1...5 {
            faults.note(error(Self.damaged), at: began)
            #expect(ready().status == (time < 3 ? 200 : 503), "\(time)")
        }
        #expect(ready().body == "not ready: an input cannot be read: it is wrong\n")
        #expect(sink.lines.count == 1, "said once")
        #expect(status.text().contains(#"topic="in""#))
    }

    @Test func `at other offsets it counts again`() {
        let faults = Subject(status, log)
        for offset in [7, 7, 8, 8, 7, 7] as [Int64] { faults.note(error(Self.damaged, at: offset), at: began) }
        #expect(ready().status == 200)
        faults.note(error(Self.damaged, at: 7), at: began)
        #expect(ready().status == 503)
    }

    @Test(arguments: [noRight, noTopic]) func `a right or a topic that is missing is a fault at once`(
        _ code: KafkaError.Code
    ) {
        let faults = Subject(status, log)
        faults.note(error(code), at: began)
        #expect(ready().status == 503)
    }

    @Test func `a record that comes mends its input and no other`() {
        let faults = Subject(status, log)
        faults.note(error(Self.noRight), at: began)
        faults.passed("in", 0)
        faults.passed("other", 1)
        #expect(ready().status == 503)
        faults.passed("in", 1)
        #expect(ready().status == 200 && faults.isEmpty)
        #expect(sink.lines("an input can be read again").count == 1)
        #expect(!status.text().contains(#"topic="in""#))
    }

    /// librdkafka complains only once of some things: read again, it has to complain again, or all is well.
    @Test func `what is silent is read again and is mended if it stays so`() {
        let faults = Subject(status, log)
        faults.note(error(Self.noRight), at: began)
        #expect(!faults.isRetryDue(at: began + .seconds(9)))
        #expect(faults.isRetryDue(at: began + .seconds(10)))
        #expect(!faults.isRetryDue(at: began + .seconds(19)))
        #expect(ready().status == 503)
        // It complains.
        faults.note(error(Self.noRight), at: began + .seconds(19))
        #expect(!faults.isRetryDue(at: began + .seconds(28)))
        #expect(faults.isRetryDue(at: began + .seconds(29)))
        #expect(ready().status == 503)
        #expect(!faults.isRetryDue(at: began + .seconds(39)))
        #expect(ready().status == 200 && faults.isEmpty)
    }

    /// Nothing is read of it: only the group's next partitions can mend it.
    @Test func `an input that the group does not share out stays a fault until all have come`() {
        let faults = Subject(status, log)
        faults.faults.miss("in", log)
        faults.faults.miss("in", log)
        #expect(!faults.isRetryDue(at: .now + .seconds(3600)))
        #expect(!faults.isRetryDue(at: .now + .seconds(7200)))
        #expect(ready().status == 503 && sink.lines.count == 1)
        faults.faults.clear(log)
        #expect(ready().status == 200)
    }
}
