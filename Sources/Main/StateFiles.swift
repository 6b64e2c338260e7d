import Configuration
import Contracts
import Daemon
import Glibc
import SQLite

/// The state files of one context, opened for reading: their daemon may run meanwhile.
struct StateFiles {
    struct File {
        let partition: Int32
        let path: String
        /// Of the file and its write-ahead log.
        let bytes: Int64
        /// Where in the changelog it is.
        let position: String?
        let savedAt: Timestamp?
        /// Rows by table.
        let counts: [String: Int64]
    }

    struct Row {
        let partition: Int32
        let key: String
        let value: [UInt8]
    }

    let context: String
    /// By partition.
    let files: [File]
    /// The names of all tables.
    let tables: [String]

    init(directory: String, context: String) throws {
        self.context = context
        let path = "\(directory)/\(context)"
        let partitions = DirectoryListing.names(in: path).compactMap { name in
            name.hasSuffix(".sqlite") ? Int32(name.dropLast(7)) : nil
        }
        guard !partitions.isEmpty else {
            guard unsafe access(path, R_OK | X_OK) == 0 || errno != EACCES else {
                throw Missing(
                    description: "\(path) cannot be read: it is its daemon's alone; ask as that user, or as root")
            }
            throw Missing(
                description:
                    "there are no state files of \(context) in \(path): give the --state-directory of its daemon, or "
                    + "wait until that has partitions")
        }
        files = try partitions.sorted().map { try File(partition: $0, path: "\(path)/\($0).sqlite") }
        tables = Set(files.flatMap(\.counts.keys)).sorted()
    }

    struct Missing: Error, CustomStringConvertible { let description: String }

    /// - Throws: when there is no such table, which the nearest is.
    func table(_ name: String) throws -> String {
        if tables.contains(name) { return name }
        let hint = nearest(to: name, in: tables).map { "did you mean \($0)?" }
        throw Missing(
            description: "\(context) has no table \(name); \(hint ?? "there are \(tables.joined(separator: ", "))")")
    }

    /// The rows whose keys begin so, by key over all files, and how many there are. The table is one of `tables`.
    func rows(of table: String, prefix: String, limit: Int) throws -> (rows: [Row], total: Int64) {
        var rows: [Row] = []
        var total: Int64 = 0
        let filter = "FROM \"\(table)\" WHERE substr(key, 1, length(?1)) = ?1"
        for file in files where file.counts[table] != nil {
            let database = try Database(file.path, mode: .readOnly)
            try database.prepare("SELECT count(*) \(filter)").forEachRow(text: prefix.utf8.span) { row in
                total += row.integer(0)
                return false
            }
            let select = try database.prepare("SELECT key, value \(filter) ORDER BY key LIMIT \(limit)")
            try select.forEachRow(text: prefix.utf8.span) { row in
                rows.append(Row(file.partition, row))
                return true
            }
        }
        rows.sort { ($0.key, $0.partition) < ($1.key, $1.partition) }
        return (Array(rows.prefix(limit)), total)
    }

    /// The rows with this key: one, but of what each partition has for itself.
    func rows(of table: String, key: String) throws -> [Row] {
        var rows: [Row] = []
        for file in files where file.counts[table] != nil {
            let database = try Database(file.path, mode: .readOnly)
            let select = try database.prepare("SELECT key, value FROM \"\(table)\" WHERE key = ?1")
            try select.withRow(text: key.utf8.span) { rows.append(Row(file.partition, $0)) }
        }
        return rows
    }
}

extension StateFiles.File {
    fileprivate init(partition: Int32, path: String) throws {
        let database = try Database(path, mode: .readOnly)
        var names: [String] = []
        let schema = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name != 'meta'")
        try schema.forEachRow { row in
            names.append(text(row.text(0)))
            return true
        }
        var meta: [String: String] = [:]
        try database.prepare("SELECT key, value FROM meta").forEachRow { row in
            meta[text(row.text(0))] = text(row.text(1))
            return true
        }
        var counts: [String: Int64] = [:]
        for name in names { counts[name] = try database.integer(of: "SELECT count(*) FROM \"\(name)\"") }
        self.init(
            partition: partition, path: path, bytes: DatabaseFiles.bytes(of: path), position: meta["position"],
            savedAt: meta["savedAt"].flatMap { Int64($0) }.map(Timestamp.init(milliseconds:)), counts: counts)
    }
}

extension StateFiles.Row {
    fileprivate init(_ partition: Int32, _ row: borrowing Row) {
        let value = row.bytes(1)
        self.init(
            partition: partition, key: text(row.text(0)),
            value: unsafe value.withUnsafeBufferPointer { unsafe Array($0) })
    }
}

private func text(_ bytes: Span<UInt8>) -> String {
    unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
}
