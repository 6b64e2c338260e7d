import CRdKafka

/// Headers for a record to be sent, which takes them over.
@safe package struct Headers: ~Copyable {
    private let raw: OpaquePointer

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

    package func add(_ name: String, _ value: String) { add(name, value.utf8.span) }

    /// Takes away all headers of a name.
    package func remove(_ name: String) { unsafe _ = rd_kafka_header_remove(raw, name) }

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
