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
    /// The connection to a broker broke, or none came about.
    package static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
    /// A broker's name has no address.
    package static let resolve = Self(RD_KAFKA_RESP_ERR__RESOLVE)
    /// No broker is connected. librdkafka goes on trying.
    package static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    /// A call or a request got no answer in its time.
    package static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
    /// A request waited too long before it was sent.
    package static let timedOutInQueue = Self(RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE)
    /// A record was not acknowledged within `message.timeout.ms`.
    package static let messageTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
    /// The producer's queue holds all the records that it may: wait, and produce again.
    package static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
    /// The group's or the transaction's coordinator is being looked for.
    package static let waitForCoordinator = Self(RD_KAFKA_RESP_ERR__WAIT_COORD)
    /// The metadata that is needed has not come yet.
    package static let waitForCache = Self(RD_KAFKA_RESP_ERR__WAIT_CACHE)
    /// The same call may succeed when it is made again.
    package static let retry = Self(RD_KAFKA_RESP_ERR__RETRY)
    /// librdkafka does not take what it was given: a mistake of the caller's.
    package static let invalidArgument = Self(RD_KAFKA_RESP_ERR__INVALID_ARG)
    /// The call does not fit the client's state, such as a commit without a transaction.
    package static let state = Self(RD_KAFKA_RESP_ERR__STATE)
    /// The client is being destroyed.
    package static let destroyed = Self(RD_KAFKA_RESP_ERR__DESTROY)
    /// Another producer with this transactional.id has begun, or another member with this group.instance.id. Final.
    package static let fenced = Self(RD_KAFKA_RESP_ERR__FENCED)
    /// The consumer did not poll within `max.poll.interval.ms` and has left its group.
    package static let maximumPollExceeded = Self(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
    /// The partitions were lost without having been revoked: others may have them by now.
    package static let assignmentLost = Self(RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST)
    /// There is no record at the offset, and `auto.offset.reset` says that this is an error.
    package static let offsetReset = Self(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
    /// There is no such topic, as far as this client knows.
    package static let unknownTopicHere = Self(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
    /// There is no such partition, as far as this client knows.
    package static let unknownPartitionHere = Self(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    /// A batch cannot be decompressed.
    package static let badCompression = Self(RD_KAFKA_RESP_ERR__BAD_COMPRESSION)
    /// What has come is no valid batch.
    package static let badMessage = Self(RD_KAFKA_RESP_ERR__BAD_MSG)
    /// A response ends before it should.
    package static let underflow = Self(RD_KAFKA_RESP_ERR__UNDERFLOW)
    /// This build of librdkafka cannot do it, such as a compression that it lacks.
    package static let notImplemented = Self(RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED)
}

// What brokers answer.
extension KafkaError.Code {
    /// The group has gone on to another generation.
    package static let illegalGeneration = Self(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
    /// The group does not have this member, or no longer.
    package static let unknownMemberID = Self(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
    /// Another member has joined with this group.instance.id. Final.
    package static let fencedInstanceID = Self(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
    /// The group is rebalancing: join again first.
    package static let rebalanceInProgress = Self(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
    /// The first answer to a new member: it joins once more with the id that it was given.
    package static let memberIDRequired = Self(RD_KAFKA_RESP_ERR_MEMBER_ID_REQUIRED)
    /// A newer producer has this transactional.id: what brokers say before version 2.7.
    package static let invalidProducerEpoch = Self(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
    /// A newer producer has this transactional.id. Final.
    package static let producerFenced = Self(RD_KAFKA_RESP_ERR_PRODUCER_FENCED)
    /// The transaction before is still being ended: try again.
    package static let concurrentTransactions = Self(RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS)
    /// An open transaction holds offsets of the group: ask again.
    package static let unstableOffsets = Self(RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT)
    /// The broker could not do it in the request's time.
    package static let requestTimedOut = Self(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
    /// The partition has no leader for now.
    package static let leaderNotAvailable = Self(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
    /// Another broker leads the partition: the client asks for metadata and tries again.
    package static let notLeader = Self(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
    /// The broker that is needed is away.
    package static let brokerNotAvailable = Self(RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE)
    /// The replica that is needed is away.
    package static let replicaNotAvailable = Self(RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE)
    /// The broker was disconnected before it answered.
    package static let networkException = Self(RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION)
    /// The coordinator is reading its state: ask again.
    package static let coordinatorLoading = Self(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS)
    /// There is no coordinator for now, or its topic is being created.
    package static let coordinatorNotAvailable = Self(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE)
    /// Another broker is the coordinator by now.
    package static let notCoordinator = Self(RD_KAFKA_RESP_ERR_NOT_COORDINATOR)
    /// Another broker is the controller by now.
    package static let notController = Self(RD_KAFKA_RESP_ERR_NOT_CONTROLLER)
    /// The broker's disk fails for this partition.
    package static let storageError = Self(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR)
    /// Fewer replicas are in sync than `min.insync.replicas`.
    package static let notEnoughReplicas = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS)
    /// A new leader does not know yet how far the partition is committed: ask again.
    package static let offsetNotAvailable = Self(RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE)
    /// The broker has no such topic or partition, or does not know of it yet.
    package static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    /// The broker refuses a batch: its checksum is wrong, or a compacted topic's record has no key.
    package static let invalidMessage = Self(RD_KAFKA_RESP_ERR_INVALID_MSG)
    /// The broker refuses a batch of this size.
    package static let invalidMessageSize = Self(RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE)
    /// A record or batch is larger than the topic's `max.message.bytes`, or the client's `message.max.bytes`.
    package static let messageTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    /// The broker or this version of the protocol does not know the compression.
    package static let unsupportedCompression = Self(RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE)
    /// This user may not do that with the topic.
    package static let topicAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    /// This user may not use the group.
    package static let groupAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
    /// This user may not do that with the cluster.
    package static let clusterAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
    /// This user may not use the transactional.id.
    package static let transactionalIDAuthorizationFailed = Self(
        RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
}
