import CRdKafka

extension KafkaError {
    /// librdkafka's number of an error: negative for its own, positive for those of the protocol.
    package struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// `rd_kafka_resp_err_t`; those of librdkafka itself are negative.
        package let rawValue: Int32

        /// Any number: newer libraries have more of them.
        package init(rawValue: Int32) { self.rawValue = rawValue }

        init(_ code: rd_kafka_resp_err_t) { rawValue = code.rawValue }

        /// Its name, e.g. `_FENCED` or `ILLEGAL_GENERATION`.
        package var description: String {
            unsafe String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: rawValue)))
        }

        /// For `catch` and `switch`: an error of librdkafka's with this number.
        package static func ~= (code: Code, error: any Error) -> Bool { (error as? KafkaError)?.code == code }
    }
}

// What librdkafka finds by itself.
extension KafkaError.Code {
    package static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
    package static let resolve = Self(RD_KAFKA_RESP_ERR__RESOLVE)
    package static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    package static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
    package static let timedOutInQueue = Self(RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE)
    package static let messageTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
    package static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
    package static let waitForCoordinator = Self(RD_KAFKA_RESP_ERR__WAIT_COORD)
    package static let waitForCache = Self(RD_KAFKA_RESP_ERR__WAIT_CACHE)
    package static let retry = Self(RD_KAFKA_RESP_ERR__RETRY)
    package static let invalidArgument = Self(RD_KAFKA_RESP_ERR__INVALID_ARG)
    package static let state = Self(RD_KAFKA_RESP_ERR__STATE)
    package static let destroyed = Self(RD_KAFKA_RESP_ERR__DESTROY)
    package static let fenced = Self(RD_KAFKA_RESP_ERR__FENCED)
    package static let maximumPollExceeded = Self(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
    package static let assignmentLost = Self(RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST)
    package static let offsetReset = Self(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
    package static let unknownTopicHere = Self(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
    package static let unknownPartitionHere = Self(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    package static let badCompression = Self(RD_KAFKA_RESP_ERR__BAD_COMPRESSION)
    package static let badMessage = Self(RD_KAFKA_RESP_ERR__BAD_MSG)
    package static let underflow = Self(RD_KAFKA_RESP_ERR__UNDERFLOW)
    package static let notImplemented = Self(RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED)
}

// What brokers answer.
extension KafkaError.Code {
    package static let illegalGeneration = Self(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
    package static let unknownMemberID = Self(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
    package static let fencedInstanceID = Self(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
    package static let rebalanceInProgress = Self(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
    package static let memberIDRequired = Self(RD_KAFKA_RESP_ERR_MEMBER_ID_REQUIRED)
    package static let invalidProducerEpoch = Self(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
    package static let producerFenced = Self(RD_KAFKA_RESP_ERR_PRODUCER_FENCED)
    package static let concurrentTransactions = Self(RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS)
    package static let unstableOffsets = Self(RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT)
    package static let requestTimedOut = Self(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
    package static let leaderNotAvailable = Self(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
    package static let notLeader = Self(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
    package static let brokerNotAvailable = Self(RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE)
    package static let replicaNotAvailable = Self(RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE)
    package static let networkException = Self(RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION)
    package static let coordinatorLoading = Self(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS)
    package static let coordinatorNotAvailable = Self(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE)
    package static let notCoordinator = Self(RD_KAFKA_RESP_ERR_NOT_COORDINATOR)
    package static let notController = Self(RD_KAFKA_RESP_ERR_NOT_CONTROLLER)
    package static let storageError = Self(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR)
    package static let notEnoughReplicas = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS)
    package static let offsetNotAvailable = Self(RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE)
    package static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    package static let invalidMessage = Self(RD_KAFKA_RESP_ERR_INVALID_MSG)
    package static let invalidMessageSize = Self(RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE)
    package static let messageTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    package static let unsupportedCompression = Self(RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE)
    package static let topicAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    package static let groupAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
    package static let clusterAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
    package static let transactionalIDAuthorizationFailed = Self(
        RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
}
