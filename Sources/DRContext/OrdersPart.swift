import JSON
package import Workers

/// What lies in the table of orders beside these, under keys that begin with a slash: no order has such an id, and an
/// earlier version, which knows one table, keeps such rows and never looks them up.
package protocol OrdersPart {
    associatedtype Row: Workers.Row
    /// What its keys begin with; nothing for the orders themselves.
    static var prefix: String { get }
    static func wrap(_ row: Row) -> Orders.Row
    /// nil for a row of another kind.
    static func unwrap(_ row: Orders.Row) -> Row?
}

extension Transaction {
    func row<Part: OrdersPart>(_ part: Part.Type, _ key: String) throws -> Part.Row? {
        try row(Orders.self, Part.prefix + key).flatMap(Part.unwrap)
    }

    func put<Part: OrdersPart>(_ part: Part.Type, _ key: String, _ row: Part.Row) {
        put(Orders.self, Part.prefix + key, Part.wrap(row))
    }

    func delete<Part: OrdersPart>(_ part: Part.Type, _ key: String) { delete(Orders.self, Part.prefix + key) }

    /// As of a table; keys are without the part's prefix.
    func scan<Part: OrdersPart>(
        _ part: Part.Type, prefix: String, after: String, _ body: (String, Part.Row) throws -> Bool
    ) throws {
        try scan(Orders.self, prefix: Part.prefix + prefix, after: Part.prefix + after) { key, row in
            guard let row = Part.unwrap(row) else { return true }
            // By bytes: a kind may begin with a combining character, which is one character with the slash before it.
            return try body(String(decoding: key.utf8.dropFirst(Part.prefix.utf8.count), as: UTF8.self), row)
        }
    }
}
