import Foundation
import SQLite

@testable import Daemon

/// A directory's files as a process leaves them that is killed at this moment. Put back later, they undo what its code,
/// which cannot be stopped in a test, has done to them since.
struct LeftFiles {
    private let files: [(path: String, bytes: Data?)]

    init(_ directory: StateDirectory, _ partitions: Int) {
        files = (0..<partitions).flatMap { partition in
            ["", "-wal", ShardFile.buildingSuffix].map { suffix in
                let path = directory.file(Int32(partition)) + suffix
                return (path, FileManager.default.contents(atPath: path))
            }
        }
    }

    func putBack() throws {
        for (path, bytes) in files {
            unsafe _ = unlink(path)
            if path.hasSuffix(".sqlite") { unsafe _ = unlink(path + "-shm") }
            if let bytes { try bytes.write(to: URL(fileURLWithPath: path)) }
        }
    }
}

/// A state file, looked at from outside.
struct FileContent {
    let position: Int
    let rows: [String: String]

    /// nil where there is no file, or one that was killed before it was made.
    init?(_ path: String) throws {
        guard unsafe access(path, F_OK) == 0 else { return nil }
        let database = try Database(path)
        let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('meta', 'sums', 'timers')"
        guard try database.integer(of: tables) == 3 else { return nil }
        position = Int(try database.integer(of: "SELECT value FROM meta WHERE key = 'position'"))
        var rows: [String: String] = [:]
        for table in ["sums", "timers"] {
            try database.prepare("SELECT key, value FROM \(table)").forEachRow { row in
                rows["\(table)/" + String(copying: row.text(0))] = String(copying: row.text(1))
                return true
            }
        }
        self.rows = rows
    }
}
