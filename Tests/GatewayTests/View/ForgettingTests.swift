import Contracts
import SQLite
import Testing
import Views

@testable import Gateway

/// The view does not grow when the contexts do not: what goes from their changelogs goes from it.
@Suite(.timeLimit(.minutes(30))) struct ForgettingTests {
    private func count(_ model: Model, _ table: String) throws -> Int64 {
        try model.database.integer(of: "SELECT count(*) FROM \(table)")
    }

    private func entry(_ key: String, _ sequence: Int, _ more: String) -> Taken {
        Taken(
            topic: Context.user.changelog, key: "ledger/\(key)",
            value: #"{"sequence":\#(sequence),"change":1,"point":5,"reason":"r"\#(more),"time":"2026-11-28T00:00:00Z"}"#
        )
    }

    /// An order that three are asked for, of whom two are checked and paid.
    private func told(_ order: String) -> [Taken] {
        [
            .order(order, "ended"), .response(order, "a", "accept"), .response(order, "b", "accept"),
            .response(order, "c", "ignore"), .check(order, "a", reduced: 40),
            .check(order, "b", reduced: 0, isReal: false),
        ]
    }

    @Test(arguments: [false, true]) func `of an order that goes with its list nothing is left`(isMaking: Bool) throws {
        let model = try Model(isMaking: isMaking)
        try model.take(told("o") + told("p"))
        try model.take(["a", "b", "c"].map { .response("o", $0, "accept").gone() })
        try model.take([.order("o").gone()])
        if isMaking { try model.finish() }
        #expect(try model.queries.order("o") == nil)
        #expect(try model.queries.responses(order: "o", user: nil, answer: nil, PageRequest()).total == 0)
        #expect(try model.queries.checks(order: "o", user: nil, PageRequest()).total == 0)
        for (table, rows) in [("orders", 1), ("responses", 3), ("checks", 2), ("tallies", 1)] as [(String, Int64)] {
            #expect(try count(model, table) == rows, "\(table)")
        }
        let left = try #require(try model.queries.order("p")).tally
        #expect(left.asked == 3 && left.checked == 2)
        #expect(try model.queries.responses(order: nil, user: nil, answer: nil, PageRequest()).total == 3)
    }

    @Test func `entries of the ledger go by what they are for`() throws {
        let model = try Model()
        let entries = [
            entry("dr/o/a", 1, #","drId":"o""#), entry("dr/o/a/2", 2, #","drId":"o","version":2"#),
            entry("dr/p/a", 3, #","drId":"p""#), entry("withdrawal/a/w", 4, #","withdrawalId":"w""#),
            entry("withdrawal/a/v", 5, #","withdrawalId":"v""#), entry("dr/o/b", 1, #","drId":"o""#),
            entry("withdrawal/a/v/back", 6, #","failedWithdrawal":"v""#),
            entry("adjustment/a/v", 7, #","adjustment":"v""#),
            entry("expiry/a/1795251600000", 8, #","earnedBefore":"2026-11-21T09:00:00Z""#),
            entry("expiry/a/1795338000000", 9, #","earnedBefore":"2026-11-22T09:00:00Z""#),
        ]
        try model.take(entries)
        #expect(try count(model, "ledger") == 10)
        let steps: [(Int, [Int64])] = [
            (0, [9, 8, 7, 6, 5, 4, 3, 2]), (3, [9, 8, 7, 6, 5, 3, 2]), (1, [9, 8, 7, 6, 5, 3]),
            (1, [9, 8, 7, 6, 5, 3]),
            (6, [9, 8, 7, 5, 3]), (4, [9, 8, 7, 3]), (7, [9, 8, 3]), (8, [9, 3]), (9, [3]),
        ]
        for (place, left) in steps {
            try model.take([entries[place].gone()])
            #expect(try model.queries.ledger("a", PageRequest()).items.map(\.sequence) == left)
        }
        #expect(try model.queries.ledger("b", PageRequest()).total == 1)
    }

    @Test func `a check that Kafka has beyond its time is not taken: its list has gone`() throws {
        let model = try Model()
        let day: Int64 = 86_400_000
        var checks = [Taken.check("o", "a", reduced: 1), .check("o", "b", reduced: 1), .check("o", "c", reduced: 1)]
        checks[0].at = Model.now - 400 * day - 1
        checks[1].at = Model.now - 400 * day
        try model.take(checks)
        #expect(try count(model, "checks") == 2)
    }
}
