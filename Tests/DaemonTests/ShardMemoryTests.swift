import Chance
import Contracts
import RealKafka
import Testing
import Workers

@testable import Daemon

/// A shard beside a dictionary that does the same: rows in memory and in the file are one table.
@Suite struct ShardMemoryTests {
    let directory: String
    var path: String { directory + "/0.sqlite" }

    init() throws { directory = try Leftovers.temporaryDirectory("memory") }

    private typealias Rows = [String: String]

    /// What a shard has to hold: with what is open, with what is committed, and in its file.
    private struct Expected {
        var open = [Rows(), Rows()]
        var committed = [Rows(), Rows()]
        var saved = [Rows(), Rows()]
    }

    /// A table whose rows leave the memory as soon as the file has them.
    private enum Entries: Table {
        typealias Row = Sum
        static let name: StaticString = "sums"
        static let areReadAgain = false
    }

    private func open(cacheKiB: Int, _ table: any Table.Type = Sums.self) throws -> Shard {
        let identity = ShardFile.Identity(cluster: "here", partitions: 4, cacheKiB: cacheKiB, leastRowKiB: 0)
        let shard = try Shard(0, file: ShardFile(path, identity), tables: [Timers.self, table])
        try shard.findNextDue()
        return shard
    }

    private func key(_ table: Int, _ chance: inout SeededGenerator) -> String {
        table == Timers.tableIndex
            ? Timer(kind: "t", id: "", due: Timestamp(milliseconds: Int64(Int.random(in: 0..<30, using: &chance)))).key
            : ["a", "ab", "b", "ba", "é", ""][Int.random(in: 0..<6, using: &chance)]
                + String(Int.random(in: 0..<40, using: &chance))
    }

    private func check(_ shard: Shard, _ expected: [Rows], _ chance: inout SeededGenerator) throws {
        for table in expected.indices {
            let from = Int.random(in: 0..<2, using: &chance) == 0 ? "" : key(table, &chance)
            let limit = Int.random(in: 0..<3, using: &chance) == 0 ? Int.random(in: 0..<5, using: &chance) + 1 : Int.max
            var found: [String] = []
            try shard.scan(table: table, from: from.utf8.span) { key, value in
                found.append("\(String(copying: key))=\(String(copying: value))")
                return found.count < limit
            }
            let rows = expected[table].filter { !$0.key.utf8.lexicographicallyPrecedes(from.utf8) }
                .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { "\($0.key)=\($0.value)" }
            #expect(found == Array(rows.prefix(limit)))
            let key = key(table, &chance)
            var value: String?
            try shard.read(table: table, key: key.utf8.span) { value = String(copying: $0) }
            #expect(value == expected[table][key])
        }
        #expect(shard.firstTimer?.key == expected[Timers.tableIndex].keys.min())
    }

    private func change(_ shard: Shard, _ expected: inout Expected, _ chance: inout SeededGenerator) throws {
        let table = Int.random(in: 0..<2, using: &chance)
        let key = key(table, &chance)
        if Int.random(in: 0..<3, using: &chance) == 0 {
            try shard.delete(table: table, key: key.utf8.span)
            expected.open[table][key] = nil
        } else {
            let value =
                String(repeating: "x", count: Int.random(in: 0..<20, using: &chance))
                + String(Int.random(in: 0..<1000, using: &chance))
            try shard.put(table: table, key: key.utf8.span, value: value.utf8.span)
            expected.open[table][key] = value
        }
    }

    /// With much memory, and with so little that each save forgets all rows.
    @Test(.timeLimit(.minutes(30)), arguments: [1, 2, 3, 4], [(0, true), (1024, true), (1024, false)])
    func `it holds what was committed, whatever is rolled back, saved or forgotten`(
        _ seed: Int, _ memory: (cacheKiB: Int, areReadAgain: Bool)
    ) throws {
        let (cacheKiB, table) = (memory.cacheKiB, memory.areReadAgain ? Sums.self as any Table.Type : Entries.self)
        var chance = SeededGenerator(UInt64(seed))
        var shard = try open(cacheKiB: cacheKiB, table)
        var expected = Expected()
        for step in 1...600 {
            try shard.enlist()
            for _ in 0..<Int.random(in: 0..<8, using: &chance) {
                try change(shard, &expected, &chance)
                if Int.random(in: 0..<4, using: &chance) == 0 { try check(shard, expected.open, &chance) }
            }
            if Int.random(in: 0..<4, using: &chance) == 0 {
                try shard.rollBack()
                expected.open = expected.committed
            } else {
                shard.commit(Int64(step))
                expected.committed = expected.open
            }
            try check(shard, expected.open, &chance)
            if Int.random(in: 0..<4, using: &chance) == 0 {
                try shard.save()
                expected.saved = expected.committed
            }
            guard Int.random(in: 0..<10, using: &chance) == 0 else { continue }
            shard = try open(cacheKiB: cacheKiB, table)
            (expected.open, expected.committed) = (expected.saved, expected.saved)
            try check(shard, expected.open, &chance)
        }
    }

    @Test func `rows that were only read are forgotten when they are too many`() throws {
        let value = String(repeating: "x", count: 1000)
        var shard = try open(cacheKiB: 1024)
        try shard.enlist()
        for row in 0..<1000 { try shard.put(table: 1, key: "\(row)".utf8.span, value: value.utf8.span) }
        shard.commit(1)
        try shard.save()
        shard = try open(cacheKiB: 1024)
        for _ in 0..<3 {
            for row in 0..<1000 { try shard.read(table: 1, key: "\(row)".utf8.span) { #expect($0.count == 1000) } }
            #expect(shard.isFull)
            // Nothing has changed: the file is not written.
            try shard.save()
            #expect(!shard.isFull && shard.position == 1)
        }
    }

    @Test func `rows that nobody reads again take no memory once they are saved`() throws {
        let value = String(repeating: "x", count: 1000)
        let shard = try open(cacheKiB: 1024, Entries.self)
        for row in 0..<400 {
            try shard.enlist()
            try shard.put(table: 1, key: "\(row)".utf8.span, value: value.utf8.span)
            try shard.put(table: Timers.tableIndex, key: "t\(row)".utf8.span, value: "{}".utf8.span)
            shard.commit(Int64(row))
        }
        let size = shard.size
        try shard.save()
        // The timers are there still.
        #expect(size - shard.size > 400_000 && shard.size > 0)
    }

    @Test func `however many shards share the memory one row does not fill it`() throws {
        let identity = ShardFile.Identity(cluster: "here", partitions: 1000, cacheKiB: 64)
        let shard = try Shard(0, file: ShardFile(path, identity), tables: [Timers.self, Sums.self])
        try shard.enlist()
        try shard.put(table: 1, key: "a".utf8.span, value: "{}".utf8.span)
        #expect(!shard.isFull)
    }
}
