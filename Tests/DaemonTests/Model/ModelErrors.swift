import Kafka

/// What librdkafka says in the cases that the model knows, by its numbers.
extension KafkaError {
    static func timedOut(_ what: String) -> KafkaError {
        KafkaError(code: .timedOut, .retriable, reason: "\(what): no answer")
    }
    static let fenced = KafkaError(code: .fenced, .fatal, reason: "a newer producer has this name")
    static func state(_ what: String) -> KafkaError { KafkaError(code: .state, .fatal, reason: "\(what): wrong state") }
    static let undelivered = KafkaError(
        code: .messageTimedOut, .abortable, reason: "a record was not delivered in time")
    static let illegalGeneration = KafkaError(
        code: .illegalGeneration, .abortable, reason: "the group is at another generation")
    static let unknownMember = KafkaError(
        code: .unknownMemberID, .abortable, reason: "the group does not know this member")
    static let fencedInstance = KafkaError(code: .fencedInstanceID, .abortable, reason: "a newer member has this name")
    /// As the consumer says it: it is done for.
    static let doubled = KafkaError(code: .fencedInstanceID, .fatal, reason: "a newer member has this name")
    static let polledTooLate = KafkaError(code: .maximumPollExceeded, .retriable, reason: "not polled for too long")
    static let connectionLost = KafkaError(code: .transport, .retriable, reason: "a connection has ended")
    /// The process has been killed: whatever its code still does is not looked at.
    static let killed = KafkaError(code: .destroyed, .fatal, reason: "killed")
}
