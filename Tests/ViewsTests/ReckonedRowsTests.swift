import Kafka
import RealKafka
import SQLite
import Testing

@testable import Views

/// Rows that reckon in memory between two commits.
struct ReckonedRowsTests {
    private final class Reckoning: ViewRows {
        static let version = 1
        static let tables = "CREATE TABLE sums(sum INTEGER)"
        var open = 0

        init(_ database: borrowing Database) throws {}
        func handler(of topic: String) -> ViewHandler { { [self] _ in open += 1 } }
        func willCommit() throws { open = 0 }
        func wasRolledBack() { open = 0 }
    }

    /// As after a disk that is full: the file is at its last commit, and what was reckoned since has to be as well.
    @Test func `what was reckoned goes with the transaction that is undone`() throws {
        let path = try Leftovers.temporaryDirectory("view") + "/view.sqlite"
        let file = try ViewFile(path, Reckoning.self, cacheMiB: 1)
        let rows = try #require(file.rows as? Reckoning)
        try file.database.begin()
        rows.open = 5
        try file.rollBack()
        #expect(rows.open == 0)
        // SQLite may have undone it by itself: nothing is open then.
        rows.open = 5
        try file.rollBack()
        #expect(rows.open == 0)
    }
}
