import CRdKafka
import Dispatch

/// `rd_kafka_send_offsets_to_transaction` that comes back in time. 2.0.2 hands its timeout to `rd_kafka_coord_req`, which never looks
/// at it: where the group's coordinator is away, the call waits as long as that lasts. So it is made on a thread of its own, and is
/// left behind there when it takes too long; it keeps alive what it uses.
@safe final class OffsetsCall: @unchecked Sendable {
    private let client: SharedHandle
    private let offsets: PartitionList
    private let group: GroupMetadata
    private let end = DispatchSemaphore(value: 0)
    /// Written before `end` is signalled, read after it.
    private var error: OpaquePointer?

    init(_ client: SharedHandle, _ offsets: consuming PartitionList, _ group: consuming GroupMetadata) {
        self.client = client
        self.offsets = offsets
        self.group = group
    }

    deinit { if let error = unsafe error { unsafe rd_kafka_error_destroy(error) } }

    /// - Parameter thread: makes one call after the other.
    /// - Throws: retriable when out of patience. The client must not be used any more then: it is still at it.
    func make(on thread: DispatchQueue, within patience: Duration) throws(KafkaError) {
        let wait = patience.milliseconds
        thread.async { [self] in
            unsafe error = rd_kafka_send_offsets_to_transaction(client.handle.raw, offsets.raw, group.raw, wait)
            end.signal()
        }
        guard end.wait(timeout: .now() + .milliseconds(Int(wait))) == .success else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, .retriable, reason: "no answer from the coordinators")
        }
        guard let error = unsafe error else { return }
        unsafe self.error = nil
        throw unsafe KafkaError(consuming: error)
    }
}

/// A client that lives as long as a call that was left behind in it.
final class SharedHandle: @unchecked Sendable {
    let handle: Handle
    init(_ handle: consuming Handle) { self.handle = handle }
}
