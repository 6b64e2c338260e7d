import Kafka
import RealKafka
import SQLite
import Testing

@testable import Views

/// Rows that reckon in memory between two commits.
struct ReckonedRowsTests {
    private struct Refused: Error {}

    private final class Reckoning: ViewRows {
        static let version = 1
        static let tables = "CREATE TABLE sums(sum INTEGER)"
        static let indices = "INSERT INTO sums VALUES (1)"
        var (open, isMaking) = (0, false)
        var refusesToFinish = false

        init(_ database: borrowing Database) throws {}
        func beginMaking() { isMaking = true }
        func finishMaking() throws {
            isMaking = false
            if refusesToFinish { throw Refused() }
        }
        func handler(of topic: String) -> ViewHandler { { [self] _ in open += 1 } }
        func willCommit() throws { open = 0 }
        func wasRolledBack() { open = 0 }
    }

    /// As after a disk that is full: the file is at its last commit, and what was reckoned since has to be as well.
    @Test func `what was reckoned goes with the transaction that is rolled back`() throws {
        let path = try Leftovers.temporaryDirectory("view") + "/view.sqlite"
        let file = try ViewFile(path, Reckoning.self, cacheMiB: 1)
        let rows = try #require(file.rows as? Reckoning)
        try file.database.begin()
        rows.open = 5
        try file.rollBack()
        #expect(rows.open == 0)
        // SQLite may have rolled back it by itself: nothing is open then.
        rows.open = 5
        try file.rollBack()
        #expect(rows.open == 0)
    }

    /// As where the disk is full then: nobody reads the file yet, and what is reckoned at the end still has to be.
    @Test func `a view whose making cannot be finished is still being made`() throws {
        let path = try Leftovers.temporaryDirectory("view") + "/view.sqlite"
        let file = try ViewFile(path, Reckoning.self, cacheMiB: 1)
        let rows = try #require(file.rows as? Reckoning)
        #expect(file.isMaking && rows.isMaking)
        rows.refusesToFinish = true
        #expect(throws: Refused.self) { try file.finish() }
        #expect(file.isMaking && rows.isMaking)
        try file.rollBack()
        rows.refusesToFinish = false
        try file.finish()
        #expect(!file.isMaking && !rows.isMaking)
        #expect(try file.database.integer(of: "SELECT count(*) FROM sums") == 1)
        #expect(try ViewFile(path, Reckoning.self, cacheMiB: 1).isMaking == false)
    }
}
