import Kafka

/// Rows of changelogs on their way into files. They are collected first, each key once; when all together have become
/// too many, those of the file that has most of them are written. Whoever holds this has the files.
struct CollectedRows: ~Copyable {
    /// Bytes after which memory is looked at.
    private static let interval = 256 << 10

    /// A partition whose changelog is read.
    private struct Source {
        let restore: ShardRestore
        /// Where the changelog ended when its reading began; nil once it has been read so far.
        var target: Int64?
        /// What has been read and is not being written yet; reading goes on behind it.
        var rows: ShardRows
    }

    /// By partition.
    private var sources: [Source?] = []
    /// How many there are.
    private(set) var count = 0
    private var threads: RestoreThreads
    /// Bytes of rows that may wait, over all partitions.
    private let memory: Int
    /// Bytes since memory was looked at.
    private var takenBytes = 0

    init(memory: Int, in surroundings: any Surroundings) {
        self.memory = memory
        threads = RestoreThreads(in: surroundings)
    }

    /// Those whose changelogs are read.
    var partitions: [Int32] { sources.compactMap { $0?.restore.partition } }
    var isEmpty: Bool { count == 0 }

    /// - Parameter target: where the changelog ends.
    mutating func add(_ restore: ShardRestore, target: Int64) throws {
        let shard = try restore.shard
        while sources.count <= Int(restore.partition) { sources.append(nil) }
        sources[Int(restore.partition)] = Source(
            restore: restore, target: target, rows: ShardRows(tables: shard.tableNames, position: shard.position))
        count += 1
    }

    private subscript(partition: Int32) -> Source? {
        sources.indices.contains(Int(partition)) ? sources[Int(partition)] : nil
    }

    /// Where the reading of a changelog goes on; nil where it is not read.
    func position(_ partition: Int32) -> Int64? { self[partition]?.rows.position }

    /// Where reading a changelog goes on in each of its partitions.
    func offsets(of changelog: String) -> [TopicPartition] {
        sources.compactMap { source in
            source.map { TopicPartition(changelog, $0.restore.partition, offset: $0.rows.position) }
        }
    }

    /// Where the changelog ended when its reading began; nil once it has been read so far.
    func target(_ partition: Int32) -> Int64? { self[partition]?.target }

    /// How many records are left up to where the changelogs ended.
    var remaining: Int {
        sources.reduce(0) { sum, source in
            guard let source, let target = source.target else { return sum }
            return sum + Int(max(0, target - source.rows.position))
        }
    }

    // MARK: Reading

    /// Notes a record. One of another partition, or without a key, is left out.
    /// - Returns: nil for that; else whether it is time to see whether there is room.
    mutating func take(_ record: borrowing Record) throws -> Bool? {
        let index = Int(record.partition)
        guard sources.indices.contains(index), let source = sources[index], let key = record.key,
            record.offset >= source.rows.position
        else { return nil }
        try source.rows.take(key: key, value: record.value, offset: record.offset)
        source.rows.position = record.offset + 1
        takenBytes += key.count + (record.value?.count ?? 0) + 32
        guard takenBytes >= Self.interval else { return false }
        takenBytes = 0
        return true
    }

    /// Everything before an offset has been read: the position moves past records that are not shown, too, which are
    /// ends of transactions and what was aborted.
    func advance(_ partition: Int32, to position: Int64) {
        guard let source = self[partition] else { return }
        source.rows.position = max(source.rows.position, position)
    }

    /// Whether a changelog has just been read to its target.
    func isCaughtUp(_ partition: Int32) -> Bool {
        guard let source = self[partition], let target = source.target else { return false }
        return source.rows.position >= target
    }

    /// The partition with most rows, where all together are too many.
    var partitionToSpill: Int32? {
        let sizes = sources.map { $0?.rows.size ?? 0 }
        guard sizes.reduce(0, +) > memory, let largest = sizes.max(), let index = sizes.firstIndex(of: largest)
        else { return nil }
        return Int32(index)
    }

    /// Records of a partition that are read and not being written yet.
    func pending(_ partition: Int32) -> Int { self[partition]?.rows.records ?? 0 }

    // MARK: Writing

    /// Begins to write what is there of a partition, also where that is nothing but its position.
    /// - Parameter isWhole: whether the file has all that it waits for: one that is built gets its name.
    /// - Returns: what is written; nil where the partition is not read.
    mutating func write(_ partition: Int32, isWhole: Bool) throws -> ShardRows? {
        guard let source = self[partition] else { return nil }
        let (restore, rows) = (source.restore, source.rows)
        sources[Int(partition)]?.rows = rows.next()
        if isWhole { sources[Int(partition)]?.target = nil }
        try threads.start(partition) {
            try restore.write(rows)
            if isWhole { try restore.finish() }
        }
        return rows
    }

    /// Ends the reading of a partition whose rows are written, or are being written still.
    mutating func drop(_ partition: Int32) {
        guard self[partition] != nil else { return }
        sources[Int(partition)] = nil
        count -= 1
    }

    /// Ends the reading of a partition, and writes all that has been read of it.
    /// - Returns: its file, which nobody else has from then on; nil where the partition is not read.
    /// - Throws: what writing it has thrown. The file is closed then.
    mutating func takeOut(_ partition: Int32) throws -> ShardRestore? {
        guard let source = self[partition] else { return nil }
        drop(partition)
        try threads.finish(partition)
        let (restore, rows) = (source.restore, source.rows)
        if try rows.position > restore.shard.position { try restore.write(rows) }
        try restore.finish()
        // Whoever goes on from here tells of what no table takes.
        if let first = rows.firstStray { try restore.shard.position = min(first, restore.shard.position) }
        return restore
    }

    /// Forgets what no table takes and whoever works on the partition has told of.
    mutating func dropReportedStrays(_ partition: Int32) throws {
        guard let source = self[partition], source.rows.firstStray != nil else { return }
        try threads.finish(partition)
        if let told = try source.restore.shard.storedPositions()?.row.straysReported {
            source.rows.dropStrays(below: told)
        }
    }

    /// Waits until all is written that has been begun.
    mutating func finish() throws { try threads.finish() }

    /// Writes nothing any more. What is written of files is of use for the next time.
    mutating func finishEarly() throws {
        try threads.finish()
        for case let source? in sources { try source.restore.finishEarly() }
    }

    /// Closes all files, whatever has become of them.
    mutating func dropAll() {
        do { try finishEarly() } catch { threads.abandon() }
        (sources, count, takenBytes) = ([], 0, 0)
    }
}
