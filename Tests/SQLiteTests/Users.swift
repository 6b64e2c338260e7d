@testable import SQLite

struct Stop: Error {}

/// A table as a shard has it.
struct Users: ~Copyable {
    let database: Database
    let select: Statement
    let upsert: Statement
    let scan: Scan

    init(_ path: String) throws {
        let database = try Database(path, busyTimeout: .zero)
        try database.execute(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS users(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
            """)
        let select = try database.prepare("SELECT value FROM users WHERE key = ?1")
        let upsert = try database.prepare(
            "INSERT INTO users VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
        let scan = try database.scan("users")
        self.database = database
        self.select = select
        self.upsert = upsert
        self.scan = scan
    }

    func put(_ key: String, _ value: String) throws { try upsert.run(text: key.utf8.span, text: value.utf8.span) }
    func put(_ key: String, _ value: [UInt8]) throws { try upsert.run(text: key.utf8.span, blob: value.span) }

    func get(_ key: String) throws -> [UInt8]? {
        var found: [UInt8]?
        try select.withRow(text: key.utf8.span) { row in found = row.bytes(0).array }
        return found
    }

    func keys() throws -> [String] {
        var keys: [String] = []
        try scan.forEachRow(from: "".utf8.span) { key, _ in
            keys.append(key.string)
            return true
        }
        return keys
    }
}

extension Span<UInt8> {
    var array: [UInt8] { indices.map { self[$0] } }
    var string: String { String(decoding: array, as: UTF8.self) }
}
