import SQLite

/// What is asked of records that went by: dead letters, commands and who sent them, events.
extension Queries {
    func letter(_ context: String, _ partition: Int64, _ offset: Int64) throws -> ShownLetter? {
        var found: ShownLetter?
        try letter.forEachRow { parameters in
            parameters.add(context)
            parameters.add(partition)
            parameters.add(offset)
        } _: { row in
            found = ShownLetter(row)
            return false
        }
        return found
    }

    /// Newest first; of a context, of a kind, or all.
    func letters(
        context: String?, kind: String?, _ page: PageRequest
    ) throws -> (items: [ShownLetter], total: Int64) {
        var items: [ShownLetter] = []
        let parameters = [context ?? "", kind ?? ""]
        try letters.read(page, isDescending: true, parameters) { row in items.append(ShownLetter(row)) }
        let isAll = context == nil && kind == nil
        return (items, try isAll ? total.count(LetterRows.total) : count(letterCount, parameters))
    }

    /// Newest first, of those in whose actor, key or type the words are.
    func audit(_ words: String, _ page: PageRequest) throws -> (items: [ShownDeed], total: Int64) {
        var items: [ShownDeed] = []
        try audit.read(page, isDescending: true, [words.lowercased()]) { row in items.append(ShownDeed(row)) }
        return (items, try words.isEmpty ? total.count(AuditRows.total) : count(auditCount, [words.lowercased()]))
    }

    /// Events behind this one, the oldest first.
    func events(after sequence: Int64) throws -> [ShownEvent] {
        var items: [ShownEvent] = []
        try events.forEachRow {
            $0.add(sequence)
        } _: { row in
            items.append(ShownEvent(row))
            return true
        }
        return items
    }

    func outcome(_ command: String) throws -> ShownOutcome? {
        var found: ShownOutcome?
        try outcome.withRow(text: command.utf8.span) { row in found = ShownOutcome(row) }
        return found
    }

    private func count(_ statement: borrowing Statement, _ parameters: [String]) throws -> Int64 {
        var count: Int64 = 0
        try statement.forEachRow { bindings in
            for parameter in parameters { bindings.add(parameter) }
        } _: { row in
            count = row.integer(0)
            return false
        }
        return count
    }
}
