import CSQLite
import Glibc

/// The one owner of a connection's handle, which exists even after a failed open and has to be closed then too.
@safe struct Connection: ~Copyable {
    let raw: OpaquePointer

    /// Opens the file and reads its beginning, so that whatever is wrong with it is said here and not at the first use.
    init(_ path: String, flags: Int32, busyTimeout: Duration, displayPath: String) throws(SQLiteError) {
        _ = uncounted
        var raw: OpaquePointer?
        // A connection is used by one thread at a time (it cannot be copied or sent), so SQLite need not lock.
        let code = unsafe sqlite3_open_v2(path, &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let raw = unsafe raw else { throw unsafe SQLiteError(code, of: nil, path: displayPath) }
        guard code == SQLITE_OK else {
            let error = unsafe SQLiteError(code, of: raw, path: displayPath)
            unsafe sqlite3_close_v2(raw)
            throw error
        }
        let (seconds, attoseconds) = busyTimeout.components
        unsafe sqlite3_busy_timeout(raw, Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000))
        var read = unsafe sqlite3_exec(raw, "SELECT 1 FROM sqlite_schema LIMIT 1", nil, nil, nil)
        // A file that may not be written is opened for reading, and only its first write would say so.
        if read == SQLITE_OK, flags & SQLITE_OPEN_READWRITE != 0, unsafe sqlite3_db_readonly(raw, "main") == 1 {
            read = SQLITE_READONLY
        }
        guard read == SQLITE_OK else {
            let error = unsafe SQLiteError(read, of: raw, path: displayPath)
            unsafe sqlite3_close_v2(raw)
            throw error
        }
        unsafe self.raw = raw
    }

    // _v2 closes once the last statement is gone.
    deinit { unsafe sqlite3_close_v2(raw) }

    func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(raw, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK else { throw unsafe SQLiteError(code, of: raw) }
        // Nothing but blanks or a comment compiles to nothing.
        guard let statement = unsafe statement else { throw unsafe SQLiteError(SQLITE_MISUSE, of: raw) }
        return unsafe Statement(statement)
    }

    /// Reading a file in WAL mode needs its -shm file. Where that is missing and cannot be made, because the directory
    /// may not be written, nobody has the file open who could change it: SQLite may take it as it lies. That leaves out
    /// what is in a -wal file, so it is no way where there is one.
    static func readOnly(_ path: String, busyTimeout: Duration) throws(SQLiteError) -> Connection {
        do throws(SQLiteError) {
            return try Connection(path, flags: SQLITE_OPEN_READONLY, busyTimeout: busyTimeout, displayPath: path)
        } catch {
            guard error.cannotOpen || error.isReadOnly, unsafe access(path, R_OK) == 0, !hasContent("\(path)-wal")
            else { throw error }
            do throws(SQLiteError) {
                return try Connection(
                    immutableURI(path), flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, busyTimeout: busyTimeout,
                    displayPath: path)
            } catch let second {
                // A directory can be opened for reading as well, and is no database for it.
                throw second.isNotADatabase ? second : error
            }
        }
    }

    private static func hasContent(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_size > 0
    }

    private static func immutableURI(_ path: String) -> String {
        var uri = "file:"
        for byte in path.utf8 {
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "/", "-", "_", ".": uri.unicodeScalars.append(UnicodeScalar(byte))
            default: uri += byte < 16 ? "%0\(String(byte, radix: 16))" : "%\(String(byte, radix: 16))"
            }
        }
        return uri + "?immutable=1"
    }
}

/// Done once, before the first connection: nobody asks SQLite how much memory it has, and to count it is to lock it.
private let uncounted = sqlite_do_not_count_memory()
