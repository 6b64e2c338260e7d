import Workers

/// A shard on its way to where its changelog ends. One thread has it at a time: the restorer, or the one that opens it
/// or writes its rows.
///
/// A file that holds nothing and has much to come is built under another name, without a journal, and gets its own name
/// when it is whole. One that holds something is rolled forward where it lies, transaction by transaction.
final class ShardRestore: @unchecked Sendable {
    /// From how many records on a new file is built under another name: below this the extra fsync costs more than it
    /// saves. Where there are crash points it is built from a few on, so that what tests do and where they kill comes
    /// by there.
    #if CRASH_POINTS
        private static let buildThreshold: Int64 = 10
    #else
        private static let buildThreshold: Int64 = 10_000
    #endif

    let partition: Int32
    private let path: String
    private let identity: ShardFile.Identity
    private let tables: [any Table.Type]
    private var open: Shard?
    private var isBuilding = false
    private var startPosition: Int64 = 0

    /// - Parameter isUsable: whether the file that is there can be rolled forward; else it is rebuilt.
    init(
        _ partition: Int32, _ path: String, _ identity: ShardFile.Identity, _ tables: [any Table.Type],
        isUsable: (ShardFile) -> Bool
    ) throws {
        (self.partition, self.path, self.identity, self.tables) = (partition, path, identity, tables)
        ShardFile.remove(ShardFile.buildingPath(path))
        var file: ShardFile? = try ShardFile(path, identity)
        if file.map(isUsable) == false {
            // Closed first: SQLite takes a closed file's log away by its name.
            file = nil
            ShardFile.remove(path)
        }
        open = try Shard(partition, file: file ?? ShardFile(path, identity), tables: tables)
        try open?.setRestoring(true)
    }

    deinit { discard() }

    /// The shard, as far as it has come.
    var shard: Shard {
        get throws {
            guard let open else { throw Unfinished(path: path) }
            return open
        }
    }

    /// Goes on from where the file is, or where the changelog begins.
    /// - Throws: `StateError`, where the file has seen more than there is.
    func begin(in ends: (low: Int64, high: Int64), of changelog: String) throws {
        let position = try shard.position
        guard position <= ends.high else {
            throw StateError.truncated(changelog, partition, position: position, end: ends.high, path)
        }
        try begin(at: max(position, ends.low), end: ends.high)
    }

    /// Goes on from here.
    /// - Parameter end: where the changelog ends.
    func begin(at position: Int64, end: Int64) throws {
        if try shard.position == 0, end - position >= Self.buildThreshold {
            open = nil
            let building = try ShardFile(ShardFile.buildingPath(path), identity, for: .building)
            isBuilding = true
            open = try Shard(partition, file: building, tables: tables)
        }
        startPosition = position
        try shard.position = position
    }

    func write(_ rows: ShardRows) throws {
        try shard.write(rows)
        CrashPoint.reach(.rowsWritten)
    }

    /// Gives the file its name. What it holds counts from here on, also if the changelog has not been read to its end.
    func finish() throws {
        guard isBuilding else { return }
        let position = try shard.position
        open = nil
        try ShardFile.finishBuilding(path)
        CrashPoint.reach(.buildingNamed)
        isBuilding = false
        let shard = try Shard(partition, file: ShardFile(path, identity), tables: tables)
        // The file itself says an earlier one, where it holds back what nobody has been told of.
        shard.position = position
        open = shard
    }

    /// The same for one that is left before its time, if there is anything in it.
    func finishEarly() throws {
        if try shard.position > startPosition { try finish() }
    }

    private func discard() {
        guard isBuilding else { return }
        open = nil
        ShardFile.remove(ShardFile.buildingPath(path))
    }

    private struct Unfinished: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) could not be opened again" }
    }
}
