import CRdKafka
import Testing

@testable import Kafka

@Suite struct KafkaErrorTests {
    @Test func `an error says of what kind it is`() {
        let fenced = KafkaError(RD_KAFKA_RESP_ERR__FENCED)
        #expect(fenced.name == "_FENCED" && fenced.isFenced && fenced.severity == .fatal && !fenced.isMembership)
        let stale = KafkaError(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, .abortable)
        #expect(stale.name == "ILLEGAL_GENERATION" && stale.isMembership && !stale.isFenced)
        #expect(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT).isTimeout)
        #expect(KafkaError(RD_KAFKA_RESP_ERR__TRANSPORT).severity == .retriable)
        #expect(KafkaError(RD_KAFKA_RESP_ERR_NOT_COORDINATOR).severity == .retriable)
        #expect(KafkaError(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED).severity == .fatal)
    }

    @Test func `a code is a pattern for errors, and for no others`() {
        struct Other: Error {}
        func isFenced(_ error: any Error) -> Bool { if case KafkaError.Code.fenced = error { true } else { false } }
        #expect(isFenced(KafkaError(RD_KAFKA_RESP_ERR__FENCED)))
        #expect(!isFenced(KafkaError(RD_KAFKA_RESP_ERR_PRODUCER_FENCED)) && !isFenced(Other()))
    }
}
