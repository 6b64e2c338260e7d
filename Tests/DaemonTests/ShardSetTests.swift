import RealKafka
import Testing
import Workers

@testable import Daemon

/// The shards of a daemon as its loop goes through them.
@Suite struct ShardSetTests {
    let directory: String
    let identity = ShardFile.Identity(cluster: "here", partitions: 4)

    init() throws { directory = try Leftovers.temporaryDirectory("set") }

    /// Of four partitions, without the one at 1.
    private func shards() throws -> ShardSet {
        var shards = ShardSet(partitions: 4)
        shards.add(
            try ([0, 2, 3] as [Int32]).map { partition in
                let file = try ShardFile("\(directory)/\(partition).sqlite", identity)
                return try Shard(partition, file: file, tables: [Timers.self])
            })
        return shards
    }

    private func round(_ shards: ShardSet) -> [Int32] {
        shards.partitions.compactMap { shards[inRound: $0]?.partition }
    }

    @Test func `a round that ends early is followed by one that begins behind it`() throws {
        var shards = try shards()
        #expect(round(shards) == [0, 2, 3])
        for (last, next) in [(0, [2, 3, 0]), (2, [3, 0, 2]), (3, [0, 2, 3])] as [(Int32, [Int32])] {
            shards.endRound(behind: try #require(shards[last]))
            #expect(round(shards) == next)
        }
    }

    /// Kafka has committed a row of each up to this position.
    private func commit(_ shards: ShardSet, _ position: Int64) throws {
        for shard in shards {
            try shard.enlist()
            try shard.put(table: Timers.tableIndex, key: "9999999999999/t/\(position)".utf8.span, value: "{}".utf8.span)
            shard.commit(position)
        }
    }

    /// How far the files have come.
    private func saved() throws -> [Int64] {
        try [0, 2, 3].map { try ShardFile("\(directory)/\($0).sqlite", identity).position }
    }

    @Test func `files are saved in turns, and all where as many are asked for`() throws {
        var shards = try shards()
        var position: Int64 = 0
        for (count, expected) in [(1, [1, 0, 0]), (1, [1, 2, 0]), (2, [3, 2, 3]), (0, [3, 2, 3]), (9, [5, 5, 5])]
            as [(Int, [Int64])]
        {
            position += 1
            try commit(shards, position)
            try shards.save(count)
            #expect(try saved() == expected)
        }
        var none = ShardSet(partitions: 4)
        try none.save(4)
    }
}
