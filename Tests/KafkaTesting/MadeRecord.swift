import CRdKafka
package import Kafka

extension Record {
    /// As a client would give it, of bytes of our own.
    /// - Parameter topicID: not 0.
    package init(
        topic: String, topicID: UInt, partition: Int32, offset: Int64, timestamp: Int64?, key: [UInt8]?,
        value: [UInt8]?, headers: consuming Headers
    ) {
        self.init(MadeMessage(topic, topicID, partition, offset, timestamp, key, value, headers))
    }
}

/// A message of our own making; it owns its bytes.
@safe private final class MadeMessage: ForeignMessage {
    let message: UnsafePointer<rd_kafka_message_t>
    let topic: String
    let timestamp: Int64?
    private let list: Headers

    var headers: OpaquePointer { unsafe list.raw }

    init(
        _ topic: String, _ topicID: UInt, _ partition: Int32, _ offset: Int64, _ timestamp: Int64?, _ key: [UInt8]?,
        _ value: [UInt8]?, _ headers: consuming Headers
    ) {
        (self.topic, self.timestamp) = (topic, timestamp)
        list = headers
        let message = UnsafeMutablePointer<rd_kafka_message_t>.allocate(capacity: 1)
        unsafe message.initialize(to: rd_kafka_message_t())
        unsafe message.pointee.rkt = OpaquePointer(bitPattern: topicID)
        unsafe message.pointee.partition = partition
        unsafe message.pointee.offset = offset
        unsafe (message.pointee.key, message.pointee.key_len) = (Self.copy(key), key?.count ?? 0)
        unsafe (message.pointee.payload, message.pointee.len) = (Self.copy(value), value?.count ?? 0)
        unsafe self.message = UnsafePointer(message)
    }

    deinit {
        unsafe message.pointee.key?.deallocate()
        unsafe message.pointee.payload?.deallocate()
        unsafe message.deallocate()
    }

    /// Not null where there are no bytes: that would be a tombstone.
    private static func copy(_ bytes: [UInt8]?) -> UnsafeMutableRawPointer? {
        guard let bytes else { return nil }
        let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        unsafe bytes.withUnsafeBytes {
            unsafe copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count)
        }
        return unsafe copy
    }
}
