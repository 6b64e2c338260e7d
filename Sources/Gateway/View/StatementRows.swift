import SQLite

extension Statement {
    /// The first column of the row with this key; 0 where there is none.
    func count(_ key: String) throws -> Int64 {
        var count: Int64 = 0
        try withRow(text: key.utf8.span) { row in count = row.integer(0) }
        return count
    }

    /// Lends the row of this order and customer to `body`, which is not called where there is none.
    func withRow(_ order: String, _ user: String, _ body: (borrowing Row) throws -> Void) throws {
        try forEachRow { parameters in
            parameters.add(order)
            parameters.add(user)
        } _: { row in
            try body(row)
            return false
        }
    }
}
