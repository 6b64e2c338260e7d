import CRdKafka

/// A partition, and an offset in it where one matters.
package struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    /// Where the group's committed offset is.
    package static let stored = Int64(RD_KAFKA_OFFSET_INVALID)
    /// The oldest record that is still there.
    package static let beginning = Int64(RD_KAFKA_OFFSET_BEGINNING)
    /// Behind the newest record.
    package static let end = Int64(RD_KAFKA_OFFSET_END)

    /// The topic's name.
    package var topic: String
    /// Of the topic.
    package var partition: Int32
    /// Below 0 where none is meant.
    package var offset: Int64

    /// Without an offset: where the group's committed offset is.
    package init(_ topic: String, _ partition: Int32, offset: Int64 = stored) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// The partition that an event is about, if it is about one.
    init?(of event: OpaquePointer) {
        guard let item = unsafe rd_kafka_event_topic_partition(event) else { return nil }
        defer { unsafe rd_kafka_topic_partition_destroy(item) }
        unsafe self.init(String(cString: item.pointee.topic), item.pointee.partition, offset: item.pointee.offset)
    }

    package var description: String { offset < 0 ? "\(topic) [\(partition)]" : "\(topic) [\(partition)] at \(offset)" }
}

/// The one owner of an `rd_kafka_topic_partition_list_t`.
@safe struct PartitionList: ~Copyable {
    let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: [TopicPartition]) {
        unsafe raw = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for item in partitions {
            unsafe rd_kafka_topic_partition_list_add(raw, item.topic, item.partition).pointee.offset = item.offset
        }
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(raw) }

    static func read(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [TopicPartition] {
        guard let list = unsafe list else { return [] }
        return unsafe (0..<Int(list.pointee.cnt)).map { position in
            let item = unsafe list.pointee.elems[position]
            return unsafe TopicPartition(String(cString: item.topic), item.partition, offset: item.offset)
        }
    }
}
