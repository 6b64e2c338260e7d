import Contracts
import Foundation
import RealKafka
import SQLite
import Testing
import Workers

@testable import Daemon

@Suite struct ShardTests {
    let directory: String
    let identity = ShardFile.Identity(cluster: "here", partitions: 4)
    var path: String { directory + "/0.sqlite" }

    init() throws { directory = try Leftovers.temporaryDirectory("shard") }

    private func open() throws -> Shard {
        try Shard(0, file: ShardFile(path, identity), tables: [Timers.self, Sums.self])
    }

    private func put(_ shard: Shard, _ key: String, _ value: String) throws {
        try shard.put(table: 1, key: key.utf8.span, value: value.utf8.span)
    }

    private func value(_ shard: Shard, _ key: String) throws -> String? {
        var value: String?
        try shard.read(table: 1, key: key.utf8.span) { value = String(copying: $0) }
        return value
    }

    @Test func `what is released and saved is there when opened again`() throws {
        var shard = try open()
        try shard.enlist()
        try put(shard, "a", "{}")
        shard.commit(7)
        try shard.save()
        shard = try open()
        #expect(try value(shard, "a") == "{}")
        #expect(shard.position == 7)
    }

    @Test func `a file that is not saved is behind and its position too`() throws {
        var shard = try open()
        try shard.enlist()
        try put(shard, "a", "{}")
        shard.commit(7)
        try shard.save()
        try shard.enlist()
        try put(shard, "b", "{}")
        shard.commit(9)
        #expect(shard.position == 9)
        shard = try open()
        #expect(shard.position == 7)
        #expect(try value(shard, "b") == nil)
    }

    /// The file of a daemon that was stopped in order is up to date: nothing of the changelog is read then.
    @Test(arguments: [(InputPositions.format + 1, true), (InputPositions.format + 2, false)])
    func `a file of a version that is too new is refused`(_ format: Int64, _ isTaken: Bool) throws {
        let shard = try open()
        try shard.enlist()
        shard.putOwn(InputPositions.rowKey, "{\"format\":\(format),\"colour\":1}".utf8.span)
        shard.commit(1)
        if isTaken {
            #expect(try shard.storedPositions() == nil)
        } else {
            #expect(throws: StateError.newerChangelog(format)) { try shard.storedPositions() }
        }
    }

    @Test func `undoing goes back to the last transaction and keeps those before`() throws {
        let shard = try open()
        shard.begin(at: InputPositions(topics: ["in"], offsets: [5]))
        try shard.enlist()
        shard.inputs.offsets = [6]
        try put(shard, "a", "1")
        shard.commit(3)
        try shard.enlist()
        shard.inputs.offsets = [8]
        try put(shard, "a", "2")
        try shard.put(table: 0, key: "0000000000005/x/y".utf8.span, value: "{}".utf8.span)
        #expect(shard.nextDue == Timestamp(milliseconds: 5))
        try shard.rollBack()
        #expect(try value(shard, "a") == "1")
        #expect(shard.inputs.offsets == [6])
        #expect(shard.position == 3)
        #expect(shard.nextDue == nil)
    }

    /// What Kafka does not have must not get into the file after all.
    @Test func `what is undone is not saved with what comes after it`() throws {
        var shard = try open()
        try shard.enlist()
        try put(shard, "a", "1")
        try put(shard, "b", "1")
        shard.commit(2)
        try shard.enlist()
        try put(shard, "a", "2")
        try put(shard, "a", "3")
        try shard.delete(table: 1, key: "b".utf8.span)
        try put(shard, "c", "1")
        try shard.rollBack()
        #expect(!shard.isEnlisted)
        try shard.enlist()
        try put(shard, "d", "1")
        shard.commit(4)
        try shard.save()
        shard = try open()
        #expect(try ["a", "b", "c", "d"].map { try value(shard, $0) } == ["1", "1", nil, "1"])
        #expect(shard.position == 4)
    }

    @Test func `a transaction without rows leaves the position`() throws {
        let shard = try open()
        shard.position = 4
        try shard.enlist()
        shard.commit(nil)
        #expect(shard.position == 4)
    }

    /// A full disk makes SQLite undo the whole transaction, with what it has got of the rows.
    @Test func `a position gets into a file with its rows, at the next attempt`() throws {
        let file = try ShardFile(path, identity)
        var shard: Shard? = try Shard(0, file: file, tables: [Timers.self, Sums.self])
        let pages = try file.database.integer(of: "PRAGMA page_count")
        try file.database.execute("PRAGMA max_page_count = \(pages)")
        try shard?.enlist()
        for key in 0..<2000 { try put(#require(shard), "key \(key)", "{}") }
        shard?.commit(7)
        for _ in 0..<2 {
            let error = #expect(throws: SQLiteError.self) { try shard?.save() }
            #expect(error?.isFull == true)
            #expect(try file.database.meta("position") == nil)
        }
        #expect(try value(#require(shard), "key 1999") == "{}")
        try file.database.execute("PRAGMA max_page_count = \(pages + 1000)")
        try shard?.save()
        shard = nil
        #expect(try open().position == 7)
        #expect(try value(open(), "key 1999") == "{}")
    }

    // MARK: Whose file it is

    private func bytes() throws -> Data {
        // Closed by now, so that all lies in one file.
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    private func refusal(_ identity: ShardFile.Identity) throws -> String {
        let before = try bytes()
        var text = ""
        do {
            _ = try ShardFile(path, identity)
            Issue.record("it was taken")
        } catch let error as StateError { text = error.description }
        #expect(try bytes() == before)
        return text
    }

    @Test func `a file of another cluster is refused and unchanged`() throws {
        _ = try open()
        let text = try refusal(.init(cluster: "there", partitions: 4))
        #expect(text.contains("belongs to the Kafka cluster here") && text.contains("--bootstrap-servers"))
    }

    @Test func `a file of another number of partitions is refused and unchanged`() throws {
        _ = try open()
        #expect(try refusal(.init(cluster: "here", partitions: 8)).contains("topics of 4 partitions"))
    }

    @Test func `a file of a newer format is refused and unchanged`() throws {
        _ = try open()
        try Database(path).setUserVersion(2)
        #expect(try refusal(identity).contains("has format 2, but this program knows 1"))
    }

    @Test func `a file of another program is refused and unchanged`() throws {
        try Database(path).execute("CREATE TABLE recipes(name TEXT)")
        #expect(try refusal(identity).contains("is not a state file of negawatt"))
    }

    @Test func `a file that nobody has used for half a day is stale`() throws {
        let shard = try open()
        try shard.enlist()
        shard.commit(1)
        try shard.save()
        let file = try ShardFile(path, identity)
        #expect(!file.isStale(at: .current))
        #expect(file.isStale(at: .current + .seconds(12 * 3600 + 60)))
    }
}
