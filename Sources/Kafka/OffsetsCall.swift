import CRdKafka
import Threads

/// `rd_kafka_send_offsets_to_transaction` with a limit. All versions up to 2.16 hand its timeout to
/// `rd_kafka_coord_req`, which never looks at it: where the group's coordinator is away, the call waits at least as
/// long as that lasts, and in 2.16, which forgets a broker that is away, until a connection to another one comes or
/// goes. So another thread makes it, and is left behind when it takes too long. What the call uses lives until it ends;
/// the client is destroyed then, and by that thread.
@safe final class OffsetsCall: @unchecked Sendable {
    /// What librdkafka needs beyond its timeout where it does keep it.
    private static let slack = Duration.seconds(2)

    private let client: Handle
    private let offsets: PartitionList
    private let group: GroupMetadata

    init(_ client: Handle, _ offsets: consuming PartitionList, _ group: consuming GroupMetadata) {
        self.client = client
        self.offsets = offsets
        self.group = group
    }

    /// - Parameter thread: the client's own, which makes one call after the other.
    /// - Throws: a fatal timeout when the call is left behind: the client is of no more use. Else what librdkafka says.
    func make(on thread: CallThread, within timeout: Duration) throws(KafkaError) {
        let wait = timeout.milliseconds
        let outcome = thread.run(atMost: timeout + Self.slack) { [self] () -> Result<Void, KafkaError> in
            let error = unsafe rd_kafka_send_offsets_to_transaction(client.raw, offsets.raw, group.raw, wait)
            guard let error = unsafe error else { return .success(()) }
            return .failure(unsafe KafkaError(consuming: error))
        }
        guard let outcome else {
            client.context.log.quieten()
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, .fatal, reason: "no answer from the coordinators")
        }
        try outcome.get()
    }
}
