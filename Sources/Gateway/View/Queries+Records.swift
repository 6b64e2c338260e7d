import SQLite

/// What is asked of records that went by: dead letters, commands and who sent them, events.
extension Queries {
    func deadLetter(_ context: String, _ partition: Int64, _ offset: Int64) throws -> ShownDeadLetter? {
        var found: ShownDeadLetter?
        try deadLetter.forEachRow { parameters in
            parameters.add(context)
            parameters.add(partition)
            parameters.add(offset)
        } _: { row in
            found = ShownDeadLetter(row)
            return false
        }
        return found
    }

    /// Newest first; of a context, of a kind, or all.
    func deadLetters(
        context: String?, kind: String?, _ page: PageRequest
    ) throws -> (items: [ShownDeadLetter], total: Int64) {
        try deadLetters.read(context: context, kind: kind, page)
    }

    /// Newest first, of those in whose actor, key or type the words are; behind `place`, where a search has stopped.
    func audit(_ words: String, before place: AuditLists.Place? = nil, _ page: PageRequest) throws -> AuditLists.Found {
        if words.isEmpty { return try audit.read(page) { try total.count(AuditRows.total) } }
        return try audit.search(words, before: place, page)
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
}
