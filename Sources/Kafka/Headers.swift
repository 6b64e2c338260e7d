import CRdKafka
import Glibc

/// Headers for a record to be sent, which takes them over.
@safe package struct Headers: ~Copyable {
    package let raw: OpaquePointer

    /// - Parameter capacity: how many are expected.
    package init(capacity: Int = 4) { unsafe raw = rd_kafka_headers_new(capacity) }

    /// Takes the list over.
    init(consuming raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe rd_kafka_headers_destroy(raw) }

    /// Copies the value. Several headers may have one name.
    package func add(_ name: StaticString, _ value: Span<UInt8>) {
        let value: Span<UInt8>? = value
        unsafe value.withAddress { value, count in
            // The name has a NUL behind it; what can fail are names and values beyond 2 GB.
            _ = unsafe rd_kafka_header_add(raw, cString(name), name.utf8CodeUnitCount, value, count)
        }
    }

    /// As above, where neither is known beforehand; nil is a header without a value.
    package func add(_ name: String, _ value: Span<UInt8>?) {
        unsafe value.withAddress { value, count in _ = unsafe rd_kafka_header_add(raw, name, -1, value, count) }
    }

    /// Adds a header of text.
    package func add(_ name: String, _ value: String) { add(name, value.utf8.span) }

    /// Every header in its order; nil where one has no value.
    package func forEachHeader<E: Error>(_ body: (String, Span<UInt8>?) throws(E) -> Void) throws(E) {
        try unsafe Kafka.forEachHeader(of: raw, body)
    }

    consuming func take() -> OpaquePointer {
        let raw = unsafe self.raw
        discard self
        return unsafe raw
    }
}

/// The name's bytes as C has them; a NUL stands behind them.
func cString(_ name: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Lends every header of a list, the last one first.
func forEachHeaderFromLast(of list: OpaquePointer, _ body: (Span<UInt8>, Span<UInt8>?) -> Void) {
    var name: UnsafePointer<CChar>?
    var (start, count): (UnsafeRawPointer?, Int) = (nil, 0)
    for index in (0..<(unsafe rd_kafka_header_cnt(list))).reversed() {
        unsafe rd_kafka_header_get_all(list, index, &name, &start, &count)
        guard let name = unsafe name else { continue }
        let text = unsafe Span<UInt8>(
            _unsafeStart: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: strlen(name))
        guard let start = unsafe start else {
            body(text, nil)
            continue
        }
        body(text, unsafe Span<UInt8>(_unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: count))
    }
}

/// Lends every header of a list in its order.
func forEachHeader<E: Error>(
    of list: OpaquePointer, _ body: (String, Span<UInt8>?) throws(E) -> Void
) throws(E) {
    var (index, count) = (0, 0)
    var name: UnsafePointer<CChar>?
    var start: UnsafeRawPointer?
    while unsafe rd_kafka_header_get_all(list, index, &name, &start, &count) == RD_KAFKA_RESP_ERR_NO_ERROR {
        if let name = unsafe name {
            guard let start = unsafe start else {
                try unsafe body(String(cString: name), nil)
                index += 1
                continue
            }
            let value = unsafe Span<UInt8>(_unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: count)
            try unsafe body(String(cString: name), value)
        }
        index += 1
    }
}
