import CRdKafka
import Testing

@testable import Kafka

@Suite struct KafkaErrorTests {
    @Test func saysWhatKindOfErrorItIs() {
        let fenced = KafkaError(RD_KAFKA_RESP_ERR__FENCED)
        #expect(fenced.name == "_FENCED" && fenced.isFenced && fenced.severity == .fatal && !fenced.isMembership)
        let stale = KafkaError(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, .abortable)
        #expect(stale.name == "ILLEGAL_GENERATION" && stale.isMembership && !stale.isFenced)
        #expect(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT).isTimeout)
        #expect(KafkaError(RD_KAFKA_RESP_ERR__TRANSPORT).severity == .retriable)
        #expect(KafkaError(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED).severity == .fatal)
    }
}
