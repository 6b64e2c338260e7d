import Kafka

/// What librdkafka says in the cases that the model knows, by its numbers.
extension KafkaError {
    static func timedOut(_ what: String) -> KafkaError {
        KafkaError(code: -185, .retriable, reason: "\(what): no answer")
    }
    static let fenced = KafkaError(code: -144, .fatal, reason: "a newer producer has this name")
    static func state(_ what: String) -> KafkaError { KafkaError(code: -172, .fatal, reason: "\(what): wrong state") }
    static let undelivered = KafkaError(code: -192, .abortable, reason: "a record was not delivered in time")
    static let illegalGeneration = KafkaError(code: 22, .abortable, reason: "the group is at another generation")
    static let unknownMember = KafkaError(code: 25, .abortable, reason: "the group does not know this member")
    static let fencedInstance = KafkaError(code: 82, .abortable, reason: "a newer member has this name")
    /// As the consumer says it: it is done for.
    static let doubled = KafkaError(code: 82, .fatal, reason: "a newer member has this name")
    static let polledTooLate = KafkaError(code: -147, .retriable, reason: "not polled for too long")
    static let connectionLost = KafkaError(code: -195, .retriable, reason: "a connection has ended")
    /// The process has been killed: whatever its code still does is not looked at.
    static let killed = KafkaError(code: -197, .fatal, reason: "killed")
}
