import RealKafka
import Testing
import Workers

@testable import Daemon

/// The shards of a daemon as its loop goes through them.
@Suite struct ShardSetTests {
    /// Of four partitions, without the one at 1.
    private func shards() throws -> ShardSet {
        let directory = try Leftovers.temporaryDirectory("set")
        let identity = ShardFile.Identity(cluster: "here", partitions: 4)
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
}
