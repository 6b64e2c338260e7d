import Contracts
import Daemon
import Glibc
import SQLite

/// A view's file: the user's tables, and beside them whose the file is and how far each partition has come.
final class ViewFile {
    /// How far a partition has come.
    struct Position: Hashable {
        /// The next offset to read.
        var next: Int64
        /// The last record that was applied, by which the topic is known again: -1 where there is none.
        var last: Int64 = -1
        /// That record's time.
        var time: Int64 = 0
    }

    /// "Ngwv": `file` and sqlite3 show whose the file is.
    private static let applicationID: Int32 = 0x4E67_7776
    private static let format: Int32 = 1
    /// Of the time that the machine is up. A file that is being made is safe from a kill, and not from a machine that
    /// stops: nothing waits for the disk, which would cost more than all else.
    private static let boot = bootID()

    let path: String
    let database: Database
    let rows: any ViewRows
    /// For one record.
    let savepoint: Savepoint
    /// Whether it has not come to the ends yet for the first time: it has no readers then.
    private(set) var isMaking: Bool
    private let cacheMiB: Int
    private let notingPosition: Statement
    private let notingPassed: Statement
    private let notingMeta: Statement

    /// Opens or makes the file.
    /// - Throws: `RebuildNeeded` where what is there is of another form, `StateError` where it is someone else's.
    init(_ path: String, _ rows: any ViewRows.Type, cacheMiB: Int) throws {
        (self.path, self.cacheMiB) = (path, cacheMiB)
        for suffix in DatabaseFiles.besides { _ = try OwnFile.check(path + suffix) }
        if try !OwnFile.check(path) { OwnFile.make(path) }
        let database = try Database(path)
        if try database.integer(of: "SELECT count(*) FROM sqlite_schema") > 0 {
            try Self.check(database, path, rows.version)
        }
        if try database.integer(of: "SELECT count(*) FROM sqlite_schema") == 0 {
            try Self.prepare(database, rows)
        }
        isMaking = try database.viewMeta("making") != nil
        try database.execute(isMaking ? Self.making(cacheMiB) : Self.following(cacheMiB))
        let conflict = "ON CONFLICT (key) DO UPDATE SET"
        notingPosition = try database.prepare(
            "INSERT INTO view_positions VALUES (?1, ?2, ?3, ?4) \(conflict) next = ?2, last = ?3, time = ?4")
        notingPassed = try database.prepare("INSERT INTO view_passed VALUES (?1, 1) \(conflict) records = records + 1")
        notingMeta = try database.prepare("INSERT INTO view_meta VALUES (?1, ?2) \(conflict) value = ?2")
        savepoint = try database.savepoint("record")
        self.rows = try rows.init(database)
        self.database = database
        if isMaking { self.rows.beginMaking() }
    }

    private static func making(_ cacheMiB: Int) -> String {
        "PRAGMA journal_mode = PERSIST; PRAGMA synchronous = OFF; PRAGMA cache_size = -\(cacheMiB * 1024)"
    }

    private static func following(_ cacheMiB: Int) -> String {
        """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;
        PRAGMA cache_size = -\(max(cacheMiB / 4, 2) * 1024); PRAGMA shrink_memory
        """
    }

    /// It has come to the ends: from here on it outlives the machine, and has readers.
    func finish() throws {
        guard isMaking else { return }
        // What was written without waiting goes to the disk with this commit.
        try database.execute("PRAGMA synchronous = FULL")
        do {
            try database.begin()
            try database.execute(type(of: rows).indices)
            try rows.finishMaking()
            try database.execute("DELETE FROM view_meta WHERE key = 'making'")
            CrashPoint.reach(.viewReckoned)
            try database.commit()
        } catch {
            rows.beginMaking()
            throw error
        }
        CrashPoint.reach(.viewFinished)
        try database.execute(Self.following(cacheMiB))
        isMaking = false
    }

    private static func bootID() -> String {
        guard let file = unsafe fopen("/proc/sys/kernel/random/boot_id", "r") else { return "" }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 36)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func check(_ database: borrowing Database, _ path: String, _ version: Int) throws {
        guard try database.applicationID == applicationID else { throw StateError.notOurs(path) }
        let format = try database.userVersion
        guard format == Self.format else {
            throw RebuildNeeded("the file has format \(format), and this version writes \(Self.format)")
        }
        let found = try database.viewMeta("rows")
        guard found == String(version) else {
            throw RebuildNeeded(
                "the file's tables are of version \(found ?? "?"), and this program's are of \(version)")
        }
        if let making = try database.viewMeta("making"), making != boot || boot.isEmpty {
            throw RebuildNeeded("the machine stopped before the file was complete")
        }
    }

    /// In one transaction: a file is empty or whole.
    private static func prepare(_ database: borrowing Database, _ rows: any ViewRows.Type) throws {
        try database.execute("BEGIN")
        try database.setApplicationID(applicationID)
        try database.setUserVersion(format)
        try database.execute(
            """
            CREATE TABLE view_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE view_positions(key TEXT PRIMARY KEY, next INTEGER NOT NULL, last INTEGER NOT NULL,
                time INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE view_passed(key TEXT PRIMARY KEY, records INTEGER NOT NULL) WITHOUT ROWID;
            INSERT INTO view_meta VALUES ('rows', '\(rows.version)'), ('making', '\(boot)');
            \(rows.tables);
            """)
        CrashPoint.reach(.viewMade)
        try database.execute("COMMIT")
    }

    /// Rolls back what is not committed, also what was reckoned in memory. SQLite may have done its part by itself.
    func rollBack() throws {
        defer { rows.wasRolledBack() }
        if database.isInTransaction { try database.rollBack() }
    }

    // MARK: What the file says of itself

    func meta(_ name: String) throws -> String? { try database.viewMeta(name) }

    func note(_ name: String, _ value: String) throws {
        try notingMeta.run(text: name.utf8.span, text: value.utf8.span)
    }

    /// The system's time of something; nil where it has not been.
    func moment(_ name: String) throws -> Timestamp? {
        try Int64(meta(name) ?? "").map(Timestamp.init(milliseconds:))
    }

    func note(_ position: Position, of place: String) throws {
        let numbers: InlineArray<3, Int64> = [position.next, position.last, position.time]
        try notingPosition.run(text: place.utf8.span, integers: numbers.span)
    }

    /// One more record that could not be applied.
    func notePassed(_ place: String) throws { try notingPassed.run(text: place.utf8.span) }

    /// By the names of their places.
    func positions() throws -> [String: Position] {
        var positions: [String: Position] = [:]
        try database.prepare("SELECT key, next, last, time FROM view_positions").forEachRow { row in
            let position = Position(next: row.integer(1), last: row.integer(2), time: row.integer(3))
            positions[row.string(0)] = position
            return true
        }
        return positions
    }

    func passed() throws -> Int64 { try database.integer(of: "SELECT sum(records) FROM view_passed") }
}

/// Why a view's file is of no more use. Whatever was in it comes from Kafka again.
struct RebuildNeeded: Error, Equatable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Database {
    /// What a view's file says of itself.
    borrowing func viewMeta(_ name: String) throws -> String? {
        var value: String?
        try prepare("SELECT value FROM view_meta WHERE key = ?1").withRow(text: name.utf8.span) { row in
            value = row.string(0)
        }
        return value
    }
}
