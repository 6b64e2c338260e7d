import CRdKafka

/// Keeps fetching going while records are taken, where `LibraryVersion.needsNudges`; from 2.2 on a property does that,
/// and this only knows what is being fetched.
///
/// librdkafka before 2.2 stops fetching when enough records are waiting (`queued.min.messages`), and its thread then
/// sleeps for up to a second, even if the last record has been taken long before. Any answer that arrives on its
/// connection wakes it; so when fewer are waiting than that, the leaders are asked for something small. That is what
/// lets the bound be low: of a record that waits only its value counts for `queued.max.messages.kbytes`, not its key
/// and headers, so that the number is what bounds memory.
///
/// Belongs to the thread that reads.
final class FetchNudge {
    /// Where leaders did not answer, fetching continues by itself after as long.
    private static let pause = Duration.seconds(1)
    /// What is being fetched.
    var partitions: [TopicPartition] = []
    /// `queued.min.messages`.
    private let bound: Int
    private let isNeeded: Bool
    /// Records after which the queue is looked at.
    private let interval: Int
    /// Since the queue was looked at, and before that since it was last known to be asked for more.
    private var (taken, before) = (0, 0)
    private var notBefore = ContinuousClock.now

    init(_ properties: [String: String], on library: LibraryVersion = .current) {
        isNeeded = library.needsNudges
        bound = max(properties["queued.min.messages"].flatMap { Int($0) } ?? 100_000, 1)
        interval = min(max(bound / 2, 1), 4096)
    }

    /// A record has been taken.
    @inline(__always)
    func count(_ queue: OpaquePointer, _ client: OpaquePointer) {
        guard isNeeded else { return }
        taken += 1
        if taken >= interval { unsafe look(queue, client) }
    }

    /// The next event. Before it waits for one, it sees to it that fetching continues.
    @inline(__always)
    func poll(_ queue: OpaquePointer, _ client: OpaquePointer, _ milliseconds: Int32) -> OpaquePointer? {
        if let event = unsafe rd_kafka_queue_poll(queue, 0) { return unsafe event }
        if taken > 0 || before > 0 { unsafe emptied(client) }
        return milliseconds > 0 ? unsafe rd_kafka_queue_poll(queue, milliseconds) : nil
    }

    private func emptied(_ client: OpaquePointer) {
        (taken, before) = (0, before + taken)
        if before >= bound { unsafe nudge(client) }
        before = 0
    }

    private func look(_ queue: OpaquePointer, _ client: OpaquePointer) {
        (taken, before) = (0, before + taken)
        // As many have to have been taken since, or it has not slept.
        guard before >= bound, unsafe Int(rd_kafka_queue_length(queue)) < bound else { return }
        unsafe nudge(client)
    }

    private func nudge(_ client: OpaquePointer) {
        before = 0
        guard !partitions.isEmpty else { return }
        let now = ContinuousClock.now
        guard now >= notBefore else { return }
        // The newest offsets: of no use, and there in a millisecond. Where they are not, the cluster is away anyhow.
        let list = PartitionList(partitions.map { TopicPartition($0.topic, $0.partition, offset: TopicPartition.end) })
        if unsafe rd_kafka_offsets_for_times(client, list.raw, 50) == RD_KAFKA_RESP_ERR__TIMED_OUT {
            notBefore = now + Self.pause
        }
    }
}
