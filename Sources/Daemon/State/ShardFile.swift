import Contracts
import Glibc
import JSON
import SQLite

/// A shard's file as a whole: whose it is, of which format, how far it has come.
package final class ShardFile {
    /// What a file has to fit. Files of another cluster or another number of partitions hold other customers.
    struct Identity {
        var cluster: String
        var partitions: Int32
        /// Memory for its rows and for pages of the file, in KiB.
        var cacheKiB = 16_384
        /// Of that for rows at least, however many shards share the memory: who has room for none saves at every turn.
        var leastRowKiB = 256

        /// Rows are found faster, and the file is written in the order of its pages.
        var pagesKiB: Int { max(cacheKiB / 32, 512) }
        var rowBytes: Int { max(cacheKiB - pagesKiB, leastRowKiB) * 1024 }
    }

    /// "Ngwt": `file` and sqlite3 show whose the file is.
    private static let applicationID: Int32 = 0x4E67_7774
    private static let format: Int32 = 1
    /// Pages in memory while a file is built: it is written in the order of keys, each page once.
    private static let buildingKiB = 2048
    /// WAL pages that trigger a checkpoint: SQLite's own number, and while files are restored 256 MiB between them, so
    /// that work begins before the checkpoints.
    private static let (workingPages, restoringPages) = (1000, 65_536)
    /// A file that nobody has worked with for longer may have missed deletions, of which Kafka keeps a day: it is
    /// rebuilt.
    package static let maximumAge = Duration.seconds(12 * 3600)

    let path: String
    let database: Database
    private(set) var position: Int64
    /// Whether the changelog's last record up to there says how far the shard has come in its inputs.
    let endsWithPositions: Bool
    /// What its rows may take in memory.
    let rowBytes: Int
    private let restoringPages: Int
    private let setMeta: Statement
    private let savedAt: Timestamp?

    /// How a file is written.
    enum Use {
        /// Each transaction is whole on the disk, or not there at all.
        case work
        /// Written once from its beginning to its end, for a file of another name; what a crash leaves of it is of no
        /// use.
        case building
    }

    /// Opens or makes the file.
    /// - Throws: `StateError` when it belongs to something else; nothing in it is changed then.
    init(_ path: String, _ identity: Identity, for use: Use = .work) throws {
        self.path = path
        rowBytes = identity.rowBytes
        restoringPages = Self.restoringPages / Int(max(identity.partitions, 1))
        for suffix in DatabaseFiles.besides { _ = try OwnFile.check(path + suffix) }
        // What SQLite makes beside it has its mode.
        if try !OwnFile.check(path) { OwnFile.make(path) }
        let database = try Database(path)
        CrashPoint.reach(.fileMade)
        let isNew = try database.integer(of: "SELECT count(*) FROM sqlite_schema") == 0
        if !isNew { try Self.check(database, path, identity) }
        let (journal, synchronous, cacheKiB) =
            use == .work
            ? ("WAL", "NORMAL", identity.pagesKiB) : ("OFF", "OFF", min(identity.cacheKiB, Self.buildingKiB))
        try database.execute(
            """
            PRAGMA journal_mode = \(journal);
            PRAGMA synchronous = \(synchronous);
            PRAGMA cache_size = -\(cacheKiB);
            """)
        if isNew { try Self.prepare(database, identity) }
        let position = try database.meta("position")
        self.position = Int64(position ?? "") ?? 0
        // Of this position: a version that does not know of it writes the other one only.
        endsWithPositions = try position != nil && database.meta("inputsAt") == position
        savedAt = try Int64(database.meta("savedAt") ?? "").map(Timestamp.init(milliseconds:))
        setMeta = try database.prepare("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
        self.database = database
    }

    /// Whether the file may be too old to be rolled forward.
    func isStale(at now: Timestamp) -> Bool {
        guard position > 0, let savedAt else { return false }
        return savedAt + Self.maximumAge < now
    }

    /// Whether its log may grow for now.
    func setRestoring(_ isRestoring: Bool) throws {
        let pages = isRestoring ? max(Self.workingPages, restoringPages) : Self.workingPages
        try database.execute("PRAGMA wal_autocheckpoint = \(pages)")
    }

    /// Says where the changelog is, within the open transaction.
    func setPosition(_ position: Int64, endsWithPositions: Bool) throws {
        self.position = position
        try setMeta.run(text: "position".utf8.span, text: String(position).utf8.span)
        try setMeta.run(text: "inputsAt".utf8.span, text: (endsWithPositions ? String(position) : "").utf8.span)
        try setMeta.run(text: "savedAt".utf8.span, text: String(Timestamp.current.milliseconds).utf8.span)
    }

    private static func check(_ database: borrowing Database, _ path: String, _ identity: Identity) throws {
        guard try database.applicationID == applicationID else { throw StateError.notOurs(path) }
        let format = try database.userVersion
        guard format <= Self.format else { throw StateError.newer(path, format, Self.format) }
        if let cluster = try database.meta("cluster"), cluster != identity.cluster {
            throw StateError.otherCluster(path, cluster, identity.cluster)
        }
        if let partitions = try database.meta("partitions"), partitions != String(identity.partitions) {
            throw StateError.otherPartitions(path, partitions, identity.partitions)
        }
    }

    private static func prepare(_ database: borrowing Database, _ identity: Identity) throws {
        try database.execute("BEGIN")
        try database.setApplicationID(applicationID)
        try database.setUserVersion(format)
        try database.execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        let insert = try database.prepare("INSERT INTO meta VALUES (?1, ?2)")
        try insert.run(text: "cluster".utf8.span, text: identity.cluster.utf8.span)
        try insert.run(text: "partitions".utf8.span, text: String(identity.partitions).utf8.span)
        try database.execute("COMMIT")
    }

    /// The name under which a file is built.
    static func buildingPath(_ path: String) -> String { path + buildingSuffix }
    static let buildingSuffix = ".building"

    /// Gives a file that has been built and closed its name. Before, the disk has all of it: from then on it counts.
    static func finishBuilding(_ path: String) throws {
        let built = buildingPath(path)
        try sync(built)
        CrashPoint.reach(.buildingSynced)
        remove(path)
        CrashPoint.reach(.emptyRemoved)
        guard unsafe rename(built, path) == 0 else {
            throw unsafe StateError.notWritable(path, String(cString: strerror(errno)))
        }
        try sync(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    private static func sync(_ path: String) throws(StateError) {
        let file = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        defer { close(file) }
        guard file >= 0, fsync(file) == 0 else { throw unsafe .notWritable(path, String(cString: strerror(errno))) }
    }

    /// Takes the file away, to be rebuilt from the changelog.
    package static func remove(_ path: String) {
        for suffix in DatabaseFiles.all { unsafe _ = unlink(path + suffix) }
    }

    /// The same for a file that is not what it should be: it is kept beside, for whoever wants to know why.
    package static func setAside(_ path: String) {
        remove(path + ".damaged")
        for suffix in DatabaseFiles.all { unsafe _ = rename(path + suffix, path + ".damaged" + suffix) }
    }
}

extension Database {
    /// What the file says of itself.
    borrowing func meta(_ name: String) throws -> String? {
        var value: String?
        try prepare("SELECT value FROM meta WHERE key = ?1").withRow(text: name.utf8.span) { row in
            value = String(copying: row.text(0))
        }
        return value
    }
}
