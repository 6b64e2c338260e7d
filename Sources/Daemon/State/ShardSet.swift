import Contracts
import Kafka
import Telemetry

/// The shards that this daemon works on, by partition: those whose files are restored.
struct ShardSet: Sequence {
    private var slots: [Shard?]
    /// Where a round over all of them begins.
    private var start = 0
    /// Whose turn it is to be saved.
    private var nextSaved = 0

    init(partitions: Int32) { slots = Array(repeating: nil, count: Int(partitions)) }

    /// nil where the partition is not ours or its file not restored.
    subscript(partition: Int32) -> Shard? { slots[Int(partition)] }

    var partitions: Range<Int32> { 0..<Int32(slots.count) }

    /// The same by its place in a round, from 0 on.
    subscript(inRound place: Int32) -> Shard? { slots[(start + Int(place)) % slots.count] }

    /// A round ended before it was through: the next one begins behind this shard, so that none waits until those
    /// before it have nothing more to do.
    mutating func endRound(behind shard: Shard) { start = (Int(shard.partition) + 1) % slots.count }

    func makeIterator() -> some IteratorProtocol<Shard> { slots.lazy.compactMap { $0 }.makeIterator() }

    var count: Int { slots.count { $0 != nil } }

    /// Where reading goes on in every input.
    var inputOffsets: [TopicPartition] { flatMap(\.inputOffsets) }

    mutating func add(_ restored: [Shard]) {
        for shard in restored { slots[Int(shard.partition)] = shard }
    }

    /// Saves what Kafka has committed of so many shards, of those that were saved longest ago, and of all that have
    /// more rows in memory than they may.
    mutating func save(_ count: Int) throws {
        var left = Swift.min(count, self.count)
        while left > 0 {
            if let shard = slots[nextSaved] {
                try shard.save()
                left -= 1
            }
            nextSaved = (nextSaved + 1) % slots.count
        }
        for shard in self where shard.isFull { try shard.save() }
    }

    /// Rolls back what is not committed, saves the rest, and closes the files. Errors do not matter: a file is never
    /// ahead.
    mutating func close(_ log: Logger) {
        for index in slots.indices {
            guard let shard = slots[index] else { continue }
            do {
                // Where the next timer cannot be read, what Kafka has committed is saved all the same.
                let rolledBack = Result { try shard.rollBack() }
                if !shard.isEnlisted { try shard.save(evenIfUnchanged: true) }
                try rolledBack.get()
            } catch {
                log.warning(
                    "a file was not saved: the next start replays more", ["partition": index, "reason": "\(error)"])
            }
            slots[index] = nil
        }
    }
}
