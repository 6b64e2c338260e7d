import CRdKafka

/// What stands behind a record that no client has given: a message as librdkafka lays it out, so that reading it is the
/// same for all records, and beside it what librdkafka keeps out of sight.
final class OwnMessage {
    let topic: String
    let timestamp: Int64?
    let headers: Headers

    init(topic: String, timestamp: Int64?, headers: consuming Headers) {
        (self.topic, self.timestamp) = (topic, timestamp)
        self.headers = headers
    }

    /// Made once; it keeps this object until it is destroyed.
    func message(
        _ topicID: UInt, _ partition: Int32, _ offset: Int64, _ key: [UInt8]?, _ value: [UInt8]?
    ) -> UnsafePointer<rd_kafka_message_t> {
        let message = UnsafeMutablePointer<rd_kafka_message_t>.allocate(capacity: 1)
        unsafe message.initialize(to: rd_kafka_message_t())
        unsafe message.pointee.rkt = OpaquePointer(bitPattern: topicID)
        unsafe message.pointee.partition = partition
        unsafe message.pointee.offset = offset
        unsafe (message.pointee.key, message.pointee.key_len) = (Self.copy(key), key?.count ?? 0)
        unsafe (message.pointee.payload, message.pointee.len) = (Self.copy(value), value?.count ?? 0)
        unsafe message.pointee._private = Unmanaged.passRetained(self).toOpaque()
        return unsafe UnsafePointer(message)
    }

    /// The one behind this message.
    static func of(_ message: UnsafePointer<rd_kafka_message_t>) -> OwnMessage {
        guard let own = unsafe message.pointee._private else {
            preconditionFailure("a message of our own has its owner")
        }
        return unsafe Unmanaged<OwnMessage>.fromOpaque(own).takeUnretainedValue()
    }

    static func destroy(_ message: UnsafePointer<rd_kafka_message_t>) {
        if let own = unsafe message.pointee._private { unsafe Unmanaged<OwnMessage>.fromOpaque(own).release() }
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
