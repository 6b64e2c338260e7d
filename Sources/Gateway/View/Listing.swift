import SQLite

/// A list's rows, in one order or another: `?1` rows are taken behind the first `?2`, and further parameters stand in
/// its condition.
final class Listing {
    private let ascending: Statement
    private let descending: Statement

    /// - Parameter order: columns; each is sorted in the same direction, as its index is.
    init(_ database: borrowing Database, _ select: String, by order: [String]) throws {
        func sql(_ direction: String) -> String {
            "\(select) ORDER BY \(order.map { "\($0) \(direction)" }.joined(separator: ", ")) LIMIT ?1 OFFSET ?2"
        }
        ascending = try database.prepare(sql("ASC"))
        descending = try database.prepare(sql("DESC"))
    }

    /// One for each property that sorts the same rows.
    static func all(
        _ database: borrowing Database, _ select: String, by sorts: [String: [String]]
    ) throws -> [String: Listing] {
        var listings: [String: Listing] = [:]
        for (property, columns) in sorts { listings[property] = try Listing(database, select, by: columns) }
        return listings
    }

    /// Rows of a table by an index of it: only those of the page are looked up in the table, and not all that lie
    /// before it.
    init(
        _ database: borrowing Database, _ select: String, _ table: String, key: [String], _ condition: String = "",
        by order: [String]
    ) throws {
        let places = key.map { "\($0) AS place_\($0)" }.joined(separator: ", ")
        let found = key.map { "\($0) = place_\($0)" }.joined(separator: " AND ")
        func sql(_ direction: String) -> String {
            let order = order.map { "\($0) \(direction)" }.joined(separator: ", ")
            return """
                \(select) FROM (SELECT \(places) FROM \(table) \(condition) ORDER BY \(order) LIMIT ?1 OFFSET ?2)
                JOIN \(table) ON \(found) ORDER BY \(order)
                """
        }
        ascending = try database.prepare(sql("ASC"))
        descending = try database.prepare(sql("DESC"))
    }

    func read(
        _ page: PageRequest, isDescending: Bool, _ parameters: [String] = [], _ number: Int64? = nil,
        _ body: (borrowing Row) throws -> Void
    ) throws {
        if isDescending {
            try Self.read(descending, page, parameters, number, body)
        } else {
            try Self.read(ascending, page, parameters, number, body)
        }
    }

    private static func read(
        _ statement: borrowing Statement, _ page: PageRequest, _ parameters: [String], _ number: Int64?,
        _ body: (borrowing Row) throws -> Void
    ) throws {
        try statement.forEachRow { bindings in
            bindings.add(Int64(page.size))
            bindings.add(page.offset)
            for parameter in parameters { bindings.add(parameter) }
            if let number { bindings.add(number) }
        } _: { row in
            try body(row)
            return true
        }
    }
}
