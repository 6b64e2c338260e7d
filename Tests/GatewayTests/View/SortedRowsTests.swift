import Testing

@testable import Gateway

/// Rows that wait for their turn.
@Suite(.timeLimit(.minutes(30))) struct SortedRowsTests {
    static let courses: [(name: String, rows: [(String, Int?)], written: [String])] = [
        ("none", [], []),
        ("one", [("a", 1)], ["a 1"]),
        ("by key", [("b", 1), ("a", 2), ("c", 3)], ["a 2", "b 1", "c 3"]),
        ("the last of each", [("b", 1), ("a", 2), ("b", 3), ("a", 4), ("b", 5)], ["a 4", "b 5"]),
        ("one that goes", [("a", 1), ("a", nil)], ["a -"]),
        ("one that comes again", [("a", nil), ("a", 1)], ["a 1"]),
        (
            "what all begin with", [("order/customer-10", 1), ("order/customer-1", 2), ("order/customer-09", 3)],
            ["order/customer-09 3", "order/customer-1 2", "order/customer-10 1"]
        ),
        (
            "what differs far behind",
            [("x-0123456789b", 1), ("y", 2), ("x-0123456789a", 3), ("x-0123456789b", 4), ("", 5)],
            [" 5", "x-0123456789a 3", "x-0123456789b 4", "y 2"]
        ),
        (
            "what looks alike and is written with other bytes",
            [("customer-\u{E9}", 1), ("customer-e\u{301}", 2), ("x", 3)],
            ["customer-e\u{301} 2", "customer-\u{E9} 1", "x 3"]
        ),
        ("a zero behind", [("a\0", 1), ("a", 2), ("a\0", 3)], ["a 2", "a\0 3"]),
    ]

    @Test(arguments: courses) func `rows are written by key, the last of each, and once`(
        _ course: (name: String, rows: [(String, Int?)], written: [String])
    ) throws {
        var rows = SortedRows<Int>()
        for _ in 0..<2 {
            for (key, row) in course.rows { rows.put(key, row) }
            var written: [String] = []
            try rows.take { key, row in written.append("\(key) \(row.map(String.init) ?? "-")") }
            #expect(written == course.written, "\(course.name)")
        }
        try rows.take { _, _ in Issue.record("it was written already") }
    }
}
