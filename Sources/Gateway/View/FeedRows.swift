import Kafka
import SQLite

/// The newest events, for whoever watches: a few of each commit, and how many there were.
final class FeedRows {
    /// So many of one commit are kept, and so many in all.
    private static let (sample, limit) = (10, 200)

    private struct Event {
        let at: Int64
        let type: String
        let key: String
    }

    private var sequence: Int64
    private var events: [(sequence: Int64, event: Event)] = []
    private let insert: Statement
    private let prune: Statement
    private let last: Statement

    init(_ database: borrowing Database) throws {
        insert = try database.prepare("INSERT OR REPLACE INTO feed VALUES (?1, ?2, ?3, ?4)")
        prune = try database.prepare("DELETE FROM feed WHERE sequence <= ?1")
        last = try database.prepare("SELECT ifnull(max(sequence), 0) FROM feed")
        sequence = try last.integer()
    }

    func take(_ record: borrowing Record) {
        sequence += 1
        // The newest of them: those before give way.
        if events.count == Self.sample { events.removeFirst() }
        events.append(
            (
                sequence,
                Event(
                    at: record.timestamp ?? 0, type: record.header("type")?.text(atMost: 100) ?? "",
                    key: record.key?.text(atMost: 200) ?? "")
            ))
    }

    /// What is missing between the sequences has been left out.
    func write() throws {
        guard !events.isEmpty else { return }
        for (sequence, event) in events {
            try insert.run { row in
                row.add(sequence)
                row.add(event.at)
                row.add(event.type)
                row.add(event.key)
            }
        }
        try prune.run { $0.add(sequence - Int64(Self.limit)) }
        events.removeAll()
    }

    func forget() {
        events.removeAll()
        sequence = (try? last.integer()) ?? sequence
    }
}
