import SQLite

/// Who has sent what, newest first: all, or those in which words are found. To find words is to look at each, so a
/// search looks at the newest `searchLimit` and says where it stopped; the next one begins there.
final class AuditLists {
    /// So many cost a request less than 10 ms.
    static let searchLimit = 20_000

    /// Where a search continues: behind this one.
    struct Place: Equatable {
        let at: Int64
        let position: String

        init(at: Int64, position: String) { (self.at, self.position) = (at, position) }

        /// As in an address: `<ms since 1970>-<position>`.
        init?(_ text: String) {
            let parts = text.split(separator: "-", maxSplits: 1)
            guard parts.count == 2, let at = Int64(parts[0]) else { return nil }
            self.init(at: at, position: String(parts[1]))
        }

        var text: String { "\(at)-\(position)" }
    }

    /// What a search has found.
    struct Found {
        var items: [ShownCommand] = []
        /// Found so far, on all pages.
        var total: Int64 = 0
        /// The oldest that was looked at, where there are older ones; nil where all have been.
        var stopped: Place?
    }

    private let all: Listing
    private let newest: Statement

    init(_ database: borrowing Database) throws {
        all = try Listing(
            database, "SELECT \(ShownCommand.columns)", "audit", key: ["at", "position"], by: ["at", "position"])
        // One more than a search looks at says whether there is more.
        newest = try database.prepare(
            """
            SELECT \(ShownCommand.columns), instr(words, ?1), position FROM audit WHERE (at, position) < (?2, ?3)
            ORDER BY at DESC, position DESC LIMIT \(Self.searchLimit + 1)
            """)
    }

    /// - Parameter total: of all of them, which is known.
    func read(_ page: PageRequest, total: () throws -> Int64) throws -> Found {
        var found = Found(total: try total())
        try all.read(page, isDescending: true) { row in found.items.append(ShownCommand(row)) }
        return found
    }

    /// - Parameters:
    ///   - words: in the sender's name, the key or the type, in letters of either case.
    ///   - place: where the last search stopped.
    func search(_ words: String, before place: Place?, _ page: PageRequest) throws -> Found {
        let place = place ?? Place(at: .max, position: "")
        let wanted = page.offset..<page.offset + Int64(page.size)
        var (found, looked, last) = (Found(), 0, place)
        try newest.forEachRow { bindings in
            bindings.add(words.lowercased())
            bindings.add(place.at)
            bindings.add(place.position)
        } _: { row in
            guard looked < Self.searchLimit else {
                found.stopped = last
                return false
            }
            looked += 1
            if looked == Self.searchLimit { last = Place(at: row.integer(0), position: row.string(8)) }
            guard row.integer(7) > 0 else { return true }
            if wanted.contains(found.total) { found.items.append(ShownCommand(row)) }
            found.total += 1
            return true
        }
        return found
    }
}
