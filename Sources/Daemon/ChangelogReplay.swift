import Kafka
import Synchronization
import Telemetry

/// Reads a changelog from the shards' positions to the ends that were found, and writes its rows into their files.
struct ChangelogReplay {
    private static let rowsPerCommit = 50_000
    /// How long nothing may come before the ends are looked at again.
    private static let patience = Duration.seconds(15)

    private let changelog: String
    private let shards: [Int32: Shard]
    private let targets: [Int32: Int64]

    init(_ changelog: String, _ shards: [Shard], _ targets: [Int32: Int64]) {
        self.changelog = changelog
        self.shards = Dictionary(uniqueKeysWithValues: shards.map { ($0.partition, $0) })
        self.targets = targets
    }

    /// - Returns: how many rows it wrote, for each partition with any; nil when it was cancelled.
    /// - Throws: `StateError` when the changelog has been cut off, `KafkaError`, `SQLiteError`.
    func run(
        _ properties: [String: String], _ remaining: borrowing Atomic<Int>, _ cancelled: StopSignal, _ log: Logger,
        _ kafkaLog: Logger
    ) throws -> [Int32: Int]? {
        guard !shards.isEmpty else { return [:] }
        let reader = try Reader(properties.merging(Self.reading) { $1 }, log: kafkaLog, isolation: .readCommitted)
        try reader.assign(shards.values.map { TopicPartition(changelog, $0.partition, offset: $0.position) })
        var open = Set(shards.keys)
        var rows = 0
        var counts: [Int32: Int] = [:]
        var heard = ContinuousClock.now
        var reported = ContinuousClock.now
        for shard in shards.values { try shard.beginRestoring() }
        remaining.store(left(open), ordering: .relaxed)
        while !open.isEmpty {
            if cancelled.isSet { return nil }
            switch reader.next(milliseconds: 100) {
            case .record(let record):
                guard let shard = shards[record.partition], let key = record.key else { break }
                try shard.apply(key: key, value: record.value)
                CrashPoint.reach(.rowsRead)
                rows += 1
                counts[record.partition, default: 0] += 1
                advance(shard, to: record.offset + 1, &open)
                if rows % Self.rowsPerCommit == 0 { try commit() }
                if rows & 0xFFF == 0 {
                    (heard, _) = (.now, remaining.store(left(open), ordering: .relaxed))
                    report(&reported, rows, open, log)
                }
            // The position moves past records that are not shown: ends of transactions, and what was aborted.
            case .end(let end):
                heard = .now
                if let shard = shards[end.partition] { advance(shard, to: end.offset, &open) }
            case .failure(let error):
                if error.isOffsetOutOfRange || error.severity == .fatal { throw error }
            case nil:
                guard ContinuousClock.now - heard > Self.patience else { break }
                heard = .now
                try checkEnds(properties, open, log, kafkaLog)
            }
        }
        remaining.store(0, ordering: .relaxed)
        return counts
    }

    private func advance(_ shard: Shard, to position: Int64, _ open: inout Set<Int32>) {
        shard.position = max(shard.position, position)
        if shard.position >= targets[shard.partition] ?? 0 { open.remove(shard.partition) }
    }

    private func commit() throws {
        for shard in shards.values {
            try shard.save()
            try shard.beginRestoring()
        }
    }

    private func left(_ open: Set<Int32>) -> Int {
        open.reduce(0) { $0 + Int((targets[$1] ?? 0) - (shards[$1]?.position ?? 0)) }
    }

    private func report(_ last: inout ContinuousClock.Instant, _ rows: Int, _ open: Set<Int32>, _ log: Logger) {
        guard ContinuousClock.now - last > .seconds(5) else { return }
        last = .now
        log.info("restoring", ["rows": rows, "remaining": left(open), "partitions": open.count])
    }

    /// Nothing comes: either an open transaction is in the way, which the broker ends in time, or the records are gone.
    private func checkEnds(
        _ properties: [String: String], _ open: Set<Int32>, _ log: Logger, _ kafkaLog: Logger
    ) throws {
        let admin = try Admin(properties, log: kafkaLog)
        for partition in open {
            let high = try admin.watermarks(changelog, partition).high
            guard let target = targets[partition], high < target, let shard = shards[partition] else { continue }
            throw StateError.truncated(
                changelog, partition, position: target, end: high, "partition \(shard.partition)")
        }
        log.info("restoring waits for an open transaction to end", ["partitions": open.count])
    }

    private static let reading = [
        "fetch.wait.max.ms": "10", "queued.max.messages.kbytes": "16384", "fetch.message.max.bytes": "1048576",
    ]
}
