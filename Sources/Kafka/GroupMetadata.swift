import CRdKafka

/// Who the consumer is in its group: what fences a worker that has lost its partitions. Fetch it again for each commit.
@safe package struct GroupMetadata: ~Copyable {
    let raw: OpaquePointer
    /// Counts the group's rebalances.
    package let generation: Int32
    /// As the coordinator has given it.
    package let memberID: String

    init(of consumer: Handle) throws(KafkaError) {
        try unsafe self.init(rd_kafka_consumer_group_metadata(consumer.raw))
    }

    /// As a member's client would give it: for what stands in for Kafka in tests.
    package init(group: String, generation: Int32, memberID: String) throws(KafkaError) {
        try unsafe self.init(rd_kafka_consumer_group_metadata_new_with_genid(group, generation, memberID, nil))
    }

    /// Refuses metadata without a generation: the broker would take it unchecked, and librdkafka gives it where it has
    /// lost its membership.
    private init(_ raw: OpaquePointer?) throws(KafkaError) {
        guard let raw = unsafe raw else { throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_GROUP) }
        guard let (generation, memberID) = unsafe member(raw), generation >= 0, !memberID.isEmpty else {
            unsafe rd_kafka_consumer_group_metadata_destroy(raw)
            throw KafkaError(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, .abortable, reason: "not a member of the group")
        }
        unsafe self.raw = raw
        self.generation = generation
        self.memberID = memberID
    }

    deinit { unsafe rd_kafka_consumer_group_metadata_destroy(raw) }
}

/// librdkafka 2.0.2 has no accessors. Its serialized form, the same in all up to 2.16, is `CGMDv2:`, four bytes of
/// generation, then the group's and the member's names, each with a NUL behind it.
private func member(_ metadata: OpaquePointer) -> (generation: Int32, id: String)? {
    var bytes: UnsafeMutableRawPointer?
    var count = 0
    if let error = unsafe rd_kafka_consumer_group_metadata_write(metadata, &bytes, &count) {
        unsafe rd_kafka_error_destroy(error)
        return nil
    }
    guard let bytes = unsafe bytes else { return nil }
    defer { unsafe rd_kafka_mem_free(nil, bytes) }
    let form = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    guard unsafe form.starts(with: "CGMDv2:".utf8), count >= 11 else { return nil }
    let names = unsafe form.dropFirst(11).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    guard unsafe names.count == 3 else { return nil }
    return unsafe (form.loadUnaligned(fromByteOffset: 7, as: Int32.self), String(decoding: names[1], as: UTF8.self))
}
