import CRdKafka
import Dispatch

/// `rd_kafka_send_offsets_to_transaction` with a limit. All versions up to 2.16 hand its timeout to `rd_kafka_coord_req`, which never
/// looks at it: where the group's coordinator is away, the call waits at least as long as that lasts, and in 2.16, which forgets a broker
/// that is away, until a connection to another one comes or goes. So another thread makes it, and is left behind when
/// it takes too long. What the call uses lives until it ends; the client is destroyed then, and by that thread.
///
/// The thread is one of Dispatch's, which has what a `Mutex` and an `Atomic` have not: a wait with a limit.
@safe final class OffsetsCall: @unchecked Sendable {
    /// What librdkafka needs beyond its timeout where it does keep it.
    private static let slack = Duration.seconds(2)

    private let client: SharedHandle
    private let offsets: PartitionList
    private let group: GroupMetadata
    /// Not a semaphore: the wait for one goes by the system's time, which can be set.
    private let end = DispatchGroup()
    /// Written before `end` is left, read after it.
    private var error: OpaquePointer?

    init(_ client: SharedHandle, _ offsets: consuming PartitionList, _ group: consuming GroupMetadata) {
        self.client = client
        self.offsets = offsets
        self.group = group
    }

    deinit { if let error = unsafe error { unsafe rd_kafka_error_destroy(error) } }

    /// - Parameter thread: the client's own, which makes one call after the other.
    /// - Throws: a fatal timeout when the call is left behind: the client is of no more use. Else what librdkafka says.
    func make(on thread: DispatchQueue, within patience: Duration) throws(KafkaError) {
        let wait = patience.milliseconds
        thread.async(group: end) { [self] in
            unsafe error = rd_kafka_send_offsets_to_transaction(client.handle.raw, offsets.raw, group.raw, wait)
        }
        let limit = Int((patience + Self.slack).milliseconds)
        guard end.wait(timeout: .now() + .milliseconds(limit)) == .success else {
            client.handle.context.log.quieten()
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, .fatal, reason: "no answer from the coordinators")
        }
        guard let error = unsafe error else { return }
        unsafe self.error = nil
        throw unsafe KafkaError(consuming: error)
    }
}
