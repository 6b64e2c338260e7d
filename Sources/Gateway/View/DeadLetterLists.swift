import SQLite

/// Dead letters, newest first: all, of a context, of a kind, or of both. Each list has an index of its own, by which
/// its dead letters are passed and counted: 100,000 of them cost a request less than 10 ms.
final class DeadLetterLists {
    /// The dead letters of one condition.
    private final class Part {
        let listing: Listing
        let count: Statement

        /// - Parameter columns: have to be what is asked for.
        init(_ database: borrowing Database, _ columns: [String]) throws {
            func condition(_ first: Int) -> String {
                let parts = zip(first..., columns).map { "\($1) = ?\($0)" }
                return parts.isEmpty ? "" : "WHERE \(parts.joined(separator: " AND "))"
            }
            listing = try Listing(
                database, "SELECT \(ShownDeadLetter.columns)", "letters", key: ["context", "partition", "offset"],
                condition(3), by: ["at", "context", "partition", "offset"])
            count = try database.prepare("SELECT count(*) FROM letters \(condition(1))")
        }
    }

    private let (all, ofContext, ofKind, ofBoth): (Part, Part, Part, Part)

    init(_ database: borrowing Database) throws {
        all = try Part(database, [])
        ofContext = try Part(database, ["context"])
        ofKind = try Part(database, ["kind"])
        ofBoth = try Part(database, ["context", "kind"])
    }

    func read(
        context: String?, kind: String?, _ page: PageRequest
    ) throws -> (items: [ShownDeadLetter], total: Int64) {
        let part =
            switch (context, kind) {
            case (nil, nil): all
            case (_, nil): ofContext
            case (nil, _): ofKind
            default: ofBoth
            }
        let parameters = [context, kind].compactMap { $0 }
        var (items, count): ([ShownDeadLetter], Int64) = ([], 0)
        try part.listing.read(page, isDescending: true, parameters) { row in items.append(ShownDeadLetter(row)) }
        try part.count.forEachRow { bindings in
            for parameter in parameters { bindings.add(parameter) }
        } _: { row in
            count = row.integer(0)
            return false
        }
        return (items, count)
    }
}
