import CSQLite

/// Binds a statement's parameters one behind the other, each once. Texts are copied: where they lie may be gone before
/// the statement runs.
@safe package struct Bindings: ~Copyable, ~Escapable {
    private let raw: OpaquePointer
    private var next: Int32 = 1
    /// SQLite's, of the first that was not taken.
    private(set) var code = SQLITE_OK

    @_lifetime(borrow statement)
    init(of statement: borrowing Statement) { unsafe raw = statement.raw }

    /// How many have been bound.
    var count: Int32 { next - 1 }

    @_lifetime(self: copy self)
    package mutating func add(_ integer: Int64) { unsafe note(sqlite3_bind_int64(raw, next, integer)) }

    @_lifetime(self: copy self)
    package mutating func add(_ integer: Int64?) { if let integer { add(integer) } else { addNull() } }

    @_lifetime(self: copy self)
    package mutating func add(_ text: String) { add(text.utf8.span) }

    @_lifetime(self: copy self)
    package mutating func add(_ text: String?) { if let text { add(text) } else { addNull() } }

    /// Text, as UTF-8.
    @_lifetime(self: copy self)
    package mutating func add(_ text: Span<UInt8>) {
        let code = unsafe text.withUnsafeBytes { bytes in
            // Not null even where there are no bytes: null means NULL to SQLite.
            let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            return unsafe sqlite3_bind_text64(
                raw, next, start?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count),
                unsafeBitCast(-1, to: sqlite3_destructor_type.self), UInt8(SQLITE_UTF8))
        }
        note(code)
    }

    @_lifetime(self: copy self)
    package mutating func addNull() { unsafe note(sqlite3_bind_null(raw, next)) }

    @_lifetime(self: copy self)
    private mutating func note(_ code: Int32) {
        if self.code == SQLITE_OK { self.code = code }
        next += 1
    }
}

extension Statement {
    /// Runs it with parameters of any number and kind.
    package func run(binding bind: (inout Bindings) -> Void) throws(SQLiteError) {
        try take(bind)
        try runOnce()
    }

    /// Lends one row after the other to `body`, until it returns false: see `forEachRow`.
    package func forEachRow(
        binding bind: (inout Bindings) -> Void, _ body: (borrowing Row) throws -> Bool
    ) throws {
        try take(bind)
        try eachRow(body)
    }

    private func take(_ bind: (inout Bindings) -> Void) throws(SQLiteError) {
        try requireIdle()
        var bindings = Bindings(of: self)
        bind(&bindings)
        expect(bindings.count)
        try check(bindings.code)
    }
}
