import CRdKafka

/// Keeps fetching going while records are taken.
///
/// librdkafka 2.0.2 stops fetching when enough records are waiting (`queued.min.messages`), and its thread then sleeps for up
/// to a second, even if the last record has been taken long before. Any answer that arrives on its connection wakes it; so
/// when half of what was waiting has been taken, the leaders are asked for something small.
///
/// Belongs to the thread that reads.
final class FetchNudge {
    private static let interval = 4096
    /// What is being fetched.
    var partitions: [TopicPartition] = []
    private var taken = 0
    private var peak = 0

    /// A record has been taken.
    @inline(__always)
    func count(_ queue: OpaquePointer, _ client: OpaquePointer) {
        taken += 1
        if taken == Self.interval { unsafe look(queue, client) }
    }

    private func look(_ queue: OpaquePointer, _ client: OpaquePointer) {
        taken = 0
        let waiting = unsafe Int(rd_kafka_queue_length(queue))
        guard waiting < peak / 2, !partitions.isEmpty else {
            peak = max(peak, waiting)
            return
        }
        peak = 0
        // The newest offsets: of no use, and there in a millisecond. Where they are not, the cluster is away anyhow.
        let list = PartitionList(partitions.map { TopicPartition($0.topic, $0.partition, offset: TopicPartition.end) })
        unsafe _ = rd_kafka_offsets_for_times(client, list.raw, 50)
    }
}
