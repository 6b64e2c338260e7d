import Chance
import Contracts
import Foundation
import RealKafka
import SQLite
import Testing
import Workers

@testable import Daemon

/// How the records of a changelog become a file, without Kafka.
@Suite struct RestoreFileTests {
    let directory: String
    let identity = ShardFile.Identity(cluster: "here", partitions: 4, cacheKiB: 256)
    let tables: [any Table.Type] = [Timers.self, Sums.self]
    var path: String { directory + "/0.sqlite" }
    var building: String { ShardFile.buildingPath(path) }

    init() throws { directory = try Leftovers.temporaryDirectory("restore") }

    private struct Change {
        var table: Int
        var key: String
        /// nil for a deletion.
        var value: String?
        var record: String { "\(["timers", "sums"][table])/\(key)" }
    }

    private func makeRestore(end: Int64) throws -> ShardRestore {
        let restore = try ShardRestore(0, path, identity, tables) { _ in true }
        try restore.begin(at: restore.shard.position, end: end)
        return restore
    }

    private func take(_ change: Change, _ rows: ShardRows) throws {
        if let value = change.value {
            try rows.take(key: change.record.utf8.span, value: value.utf8.span, offset: rows.position)
        } else {
            try rows.take(key: change.record.utf8.span, value: nil, offset: rows.position)
        }
        rows.position += 1
    }

    /// Every row, and where the file is.
    private func content(_ path: String) throws -> [String] {
        let database = try Database(path, mode: .readOnly)
        var content: [String] = []
        for table in ["timers", "sums"] {
            try database.prepare("SELECT key, value FROM \(table)").forEachRow { row in
                content.append("\(table) \(String(copying: row.text(0))) \(String(copying: row.text(1)))")
                return true
            }
        }
        var state = ""
        try database.prepare("PRAGMA integrity_check").forEachRow { row in
            state += String(copying: row.text(0))
            return true
        }
        #expect(state == "ok")
        return try content + ["position \(database.integer(of: "SELECT value FROM meta WHERE key = 'position'"))"]
    }

    private func changes(_ count: Int, keys: Int, _ random: inout SeededGenerator) -> [Change] {
        (0..<count).map { _ in
            let number = Int.random(in: 0..<keys, using: &random)
            // Keys that share a beginning, that are the beginning of others, that are empty, and that are not ASCII.
            let key =
                ["", "u", "u\(number)", "dr-1.customer-\(number)", "é\(number)", "\(number)"]
                .randomElement(using: &random) ?? ""
            let length = [0, 1, 20, 100, 3000].randomElement(using: &random) ?? 0
            let value = String(repeating: "\(number % 10)", count: Int.random(in: 0...length, using: &random))
            let isDeletion = Int.random(in: 0..<6, using: &random) == 0
            return Change(table: Int.random(in: 0..<2, using: &random), key: key, value: isDeletion ? nil : value)
        }
    }

    /// Written row by row, as the work does it, and collected, sorted and written at random places: the same file.
    @Test(arguments: 0..<40) func `rows that are collected make the same file as rows one by one`(_ seed: UInt64) throws
    {
        var random = SeededGenerator(seed)
        let count = Int.random(in: 1...3000, using: &random)
        let changes = changes(count, keys: [2, 30, 2000].randomElement(using: &random) ?? 2, &random)
        let other = directory + "/other.sqlite"
        var shard: Shard? = try Shard(0, file: ShardFile(other, identity), tables: tables)
        for (index, change) in changes.enumerated() {
            try shard?.enlist()
            if let value = change.value {
                try shard?.put(table: change.table, key: change.key.utf8.span, value: value.utf8.span)
            } else {
                try shard?.delete(table: change.table, key: change.key.utf8.span)
            }
            shard?.commit(Int64(index + 1))
        }
        try shard?.save()
        shard = nil

        // Some files come from an earlier run and are rolled forward, the others are built.
        var start = 0
        if seed % 3 == 0 {
            start = Int.random(in: 0..<count, using: &random)
            let earlier = try makeRestore(end: 1)
            let rows = try ShardRows(tables: earlier.shard.tableNames, position: 0)
            for change in changes[..<start] { try take(change, rows) }
            try earlier.write(rows)
        }
        let restore = try makeRestore(end: 1_000_000)
        #expect(FileManager.default.fileExists(atPath: building) == (start == 0))
        var rows = try ShardRows(tables: restore.shard.tableNames, position: Int64(start))
        let border = [1, 10, 500, 5000].randomElement(using: &random) ?? 1
        for change in changes[start...] {
            try take(change, rows)
            guard Int.random(in: 0..<border, using: &random) == 0 else { continue }
            try restore.write(rows)
            rows = rows.next()
        }
        try restore.write(rows)
        try restore.finish()
        #expect(!FileManager.default.fileExists(atPath: building))
        #expect(try content(path) == content(other))
    }

    @Test func `changelog records become rows`() throws {
        let restore = try makeRestore(end: 3)
        #expect(try restore.shard.isEmpty)
        let rows = try ShardRows(tables: restore.shard.tableNames, position: 0)
        for change in [("a/b", "1"), ("c", "2"), ("c", nil)] {
            try take(Change(table: 1, key: change.0, value: change.1), rows)
        }
        try restore.write(rows)
        try restore.finish()
        #expect(try content(path) == ["sums a/b 1", "position 3"])
        #expect(try !restore.shard.isEmpty)
    }

    @Test func `a row of no table is passed over and kept apart`() throws {
        let rows = ShardRows(tables: ["timers", "sums"], position: 0)
        let keys = ["others/a", "sum/a", "sumsa", ""]
        for (offset, key) in keys.enumerated() {
            try rows.take(key: key.utf8.span, value: "1".utf8.span, offset: Int64(offset))
        }
        // A deletion leaves nothing to be lost.
        try rows.take(key: "others/b".utf8.span, value: nil, offset: 9)
        #expect(rows.records == 0)
        #expect(rows.strays.map { String(decoding: $0.key, as: UTF8.self) } == keys)
        #expect(rows.strays.map(\.offset) == [0, 1, 2, 3])
    }

    /// Its deletion may come long after it, when much has been written in between; and a process that is killed before
    /// it is told reads it once more.
    @Test(arguments: [1, 1_000_000]) func `a row of no table is not passed over before it is told or deleted`(
        end: Int64
    ) throws {
        let restore = try makeRestore(end: end)
        func take(_ key: String, _ value: String?, _ rows: ShardRows) throws {
            if let value {
                try rows.take(key: key.utf8.span, value: value.utf8.span, offset: rows.position)
            } else {
                try rows.take(key: key.utf8.span, value: nil, offset: rows.position)
            }
            rows.position += 1
        }
        var rows = try ShardRows(tables: restore.shard.tableNames, position: 0)
        for record in [("sums/a", "1"), ("others/a", "1"), ("others/b", "2"), ("sums/b", "1")] {
            try take(record.0, record.1, rows)
        }
        let place = end > 1 ? building : path
        func noted() throws -> [String] { try content(place).filter { $0.hasPrefix("position") } }
        try restore.write(rows)
        #expect(try noted() == ["position 1"])
        rows = rows.next()
        try take("others/a", nil, rows)
        try take("sums/c", "1", rows)
        #expect(rows.strays.map(\.offset) == [2])
        try restore.write(rows)
        #expect(try noted() == ["position 2"])
        rows = rows.next()
        try take("others/b", nil, rows)
        try restore.write(rows)
        #expect(rows.strays.isEmpty)
        #expect(try noted() == ["position 7"])
        try restore.finish()
        #expect(try restore.shard.position == 7)
    }

    /// What is too much for one time waits for the next, from the first that was left on: nothing behind it is told
    /// before it.
    @Test func `of rows of no table the first are kept`() throws {
        let rows = ShardRows(tables: ["sums"], position: 0)
        for offset in 0..<150 {
            try rows.take(key: "others/\(offset)".utf8.span, value: "1".utf8.span, offset: Int64(offset))
        }
        try rows.take(key: "others/7".utf8.span, value: nil, offset: 150)
        try rows.take(key: "others/new".utf8.span, value: "1".utf8.span, offset: 151)
        #expect(rows.strays.map(\.offset) == (0..<100).filter { $0 != 7 }.map { Int64($0) })
        #expect(rows.unreported == 100)
        #expect(rows.firstStray == 0)
    }

    @Test(arguments: [(2, true), (3, true), (4, false), (99, false)])
    func `a changelog of a version that is too new is refused`(format: Int, isTaken: Bool) throws {
        let rows = ShardRows(tables: ["timers", "sums"], position: 0)
        let row = "{\"format\":\(format),\"colour\":1}"
        func take() throws {
            try rows.take(key: Changelog.positionsKey.utf8.span, value: row.utf8.span, offset: 0)
        }
        if isTaken { try take() } else { #expect(throws: StateError.newerChangelog(Int64(format))) { try take() } }
    }

    /// One key that is said again and again takes the memory of one.
    @Test func `what is said again takes no memory`() throws {
        let rows = ShardRows(tables: ["sums"], position: 0)
        let value = String(repeating: "x", count: 1000)
        for _ in 0..<10_000 { try rows.take(key: "sums/a".utf8.span, value: value.utf8.span, offset: 0) }
        #expect(rows.size < 1_000_000)
        for number in 0..<10_000 { try rows.take(key: "sums/\(number)".utf8.span, value: value.utf8.span, offset: 0) }
        #expect(rows.size > 10_000_000)
    }

    // MARK: What is left before its time

    @Test func `a file that is not finished does not count`() throws {
        var restore: ShardRestore? = try makeRestore(end: 1_000_000)
        let rows = ShardRows(tables: ["timers", "sums"], position: 0)
        try take(Change(table: 1, key: "a", value: "1"), rows)
        try restore?.write(rows)
        #expect(try content(path) == ["position 0"])
        #expect(FileManager.default.fileExists(atPath: building))
        restore = nil
        #expect(!FileManager.default.fileExists(atPath: building))
        #expect(try content(path) == ["position 0"])
    }

    @Test(arguments: [false, true]) func `what is kept continues from where it was`(_ hasRows: Bool) throws {
        var restore: ShardRestore? = try makeRestore(end: 1_000_000)
        let rows = ShardRows(tables: ["timers", "sums"], position: 0)
        try take(Change(table: 1, key: "a", value: "1"), rows)
        if hasRows { try restore?.write(rows) }
        try restore?.finishEarly()
        restore = nil
        #expect(try content(path) == (hasRows ? ["sums a 1", "position 1"] : ["position 0"]))
        #expect(try makeRestore(end: 1_000_000).shard.position == (hasRows ? 1 : 0))
    }

    @Test func `a file that cannot be used is rebuilt`() throws {
        let rows = ShardRows(tables: ["timers", "sums"], position: 0)
        try take(Change(table: 1, key: "a", value: "1"), rows)
        try makeRestore(end: 1).write(rows)
        #expect(try content(path).count == 2)
        let anew = try ShardRestore(0, path, identity, tables) { _ in false }
        #expect(try anew.shard.position == 0 && anew.shard.isEmpty)
        try anew.begin(at: 0, end: 1)
        try anew.write(rows)
        #expect(try content(path) == ["sums a 1", "position 1"])
    }
}
