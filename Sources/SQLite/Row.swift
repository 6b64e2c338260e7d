import CSQLite

/// The row that a statement stands on. What it lends is gone when the body it was lent to returns.
@safe package struct Row: ~Copyable, ~Escapable {
    private let raw: OpaquePointer

    @_lifetime(borrow statement)
    init(of statement: borrowing Statement) { unsafe raw = statement.raw }

    package func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(raw, column) }

    package func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(raw, column) == SQLITE_NULL }

    /// The bytes of a text or a blob; none for NULL. A text is not looked at: it is UTF-8 if that was bound.
    @_lifetime(borrow self)
    package func bytes(_ column: Int32) -> Span<UInt8> {
        // Not column_text, which copies a text to put a zero behind it.
        let start = unsafe sqlite3_column_blob(raw, column)?.assumingMemoryBound(to: UInt8.self)
        let buffer = unsafe UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, column)))
        return unsafe _overrideLifetime(Span(_unsafeElements: buffer), borrowing: self)
    }

    /// A text as a string of its own.
    package func string(_ column: Int32) -> String {
        unsafe bytes(column).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The same as `bytes`, where the column holds a text.
    @_lifetime(borrow self)
    package func text(_ column: Int32) -> Span<UInt8> { bytes(column) }

    /// The same as `bytes`, where the column holds a blob.
    @_lifetime(borrow self)
    package func blob(_ column: Int32) -> Span<UInt8> { bytes(column) }
}
