import Glibc

/// The files that SQLite has for a database: behind the path of the database itself stands what each is.
package enum DatabaseFiles {
    /// What is not in the database yet.
    package static let writeAheadLog = "-wal"
    package static let sharedMemory = "-shm"
    private static let rollbackJournal = "-journal"
    /// Beside the database.
    package static let besides = [writeAheadLog, sharedMemory, rollbackJournal]
    /// The database first.
    package static let all = [""] + besides

    /// What a database and its write-ahead log take on the disk; 0 if there are none.
    package static func bytes(of path: String) -> Int64 {
        ["", writeAheadLog].reduce(0) { sum, suffix in
            var status = stat()
            return unsafe stat(path + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }
}
