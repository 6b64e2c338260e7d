import Daemon
import Glibc
import Kafka
import RealKafka
import SQLite
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import Threads

@testable import Views

/// A changelog of rows and events that are counted by their keys. A value "bad" is refused before anything is written,
/// "half" after.
class Toy: ViewRows {
    class var version: Int { 1 }
    static let tables = """
        CREATE TABLE rows(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE counts(key TEXT PRIMARY KEY, events INTEGER NOT NULL) WITHOUT ROWID
        """
    struct Refused: Error {}

    private let put: Statement
    private let delete: Statement
    private let count: Statement

    required init(_ database: borrowing Database) throws {
        put = try database.prepare("INSERT INTO rows VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
        delete = try database.prepare("DELETE FROM rows WHERE key = ?1")
        count = try database.prepare(
            "INSERT INTO counts VALUES (?1, 1) ON CONFLICT (key) DO UPDATE SET events = events + 1")
    }

    func handler(of topic: String) -> ViewHandler {
        { [self] record in
            guard let key = record.key else { return }
            let (isBad, isHalf) = (Self.says("bad", record.value), Self.says("half", record.value))
            if isBad { throw Refused() }
            if topic == "events" {
                try count.run(text: key)
            } else if let value = record.value {
                try put.run(text: key, text: value)
            } else {
                try delete.run(text: key)
            }
            if isHalf { throw Refused() }
        }
    }

    private static func says(_ word: String, _ value: Span<UInt8>?) -> Bool {
        guard let value, value.count == word.utf8.count else { return false }
        return zip(value.indices, word.utf8).allSatisfy { value[$0] == $1 }
    }
}

final class Toy2: Toy { override class var version: Int { 2 } }

/// All that a file says, with its positions, of one moment.
struct Content: Equatable {
    var rows: [String: String] = [:]
    var counts: [String: Int64] = [:]
    var positions: [String: Int64] = [:]
}

final class ToyQueries: ViewQueries {
    private let rows: Statement
    private let counts: Statement
    private let positions: Statement

    init(_ database: borrowing Database) throws {
        rows = try database.prepare("SELECT key, value FROM rows")
        counts = try database.prepare("SELECT key, events FROM counts")
        positions = try database.prepare("SELECT key, next FROM view_positions")
    }

    func all() throws -> Content {
        var content = Content()
        try rows.forEachRow { row in
            content.rows[row.string(0)] = row.string(1)
            return true
        }
        try counts.forEachRow { row in
            content.counts[row.string(0)] = row.integer(1)
            return true
        }
        try positions.forEachRow { row in
            content.positions[row.string(0)] = row.integer(1)
            return true
        }
        return content
    }
}

/// A view at work on a thread of its own.
final class Running: Sendable {
    static let topics = [FollowedTopic("changelog", .changelog), FollowedTopic("events", .events)]

    let view: View
    let readers: ViewReaders<ToyQueries>
    let log = MemoryLog()
    /// How often readers were told that they see more.
    let commits: Commits
    private let thread = Mutex<Thread?>(nil)
    private let end = Mutex<Result<Void, any Error>?>(nil)

    final class Commits: Sendable {
        private let times = Atomic(0)
        var count: Int { times.load(ordering: .relaxed) }
        fileprivate func add() { times.add(1, ordering: .relaxed) }
    }

    init(
        _ directory: String, _ source: any ViewSource, _ topics: [FollowedTopic] = topics,
        _ rows: any ViewRows.Type = Toy.self, properties: [String: String] = [:]
    ) {
        let commits = Commits()
        self.commits = commits
        view = View(
            rows,
            ViewSettings(name: "toy", stateDirectory: directory, properties: properties, topics: topics),
            log: Logger(sink: log), from: source, onCommit: { _ in commits.add() })
        readers = ViewReaders(view, limit: 2)
        thread.withLock { thread in
            thread = Thread("view") { [self] in
                let result = Result { try view.run() }
                end.withLock { $0 = result }
            }
        }
    }

    /// How it has ended by itself.
    var ending: Result<Void, any Error>? { end.withLock { $0 } }

    func stop() throws {
        view.requestStop()
        thread.withLock { $0.take() }?.join()
        try ending?.get()
    }

    func awaitCaughtUp(rebuilds: Int = 0) throws {
        try eventually("a view that is made; \(log.lines)") {
            let status = view.status.snapshot
            return status.isCaughtUp && status.rebuilds == rebuilds
        }
    }

    func awaitPassed(_ topic: String, _ partition: Int32, _ offset: Int64) throws {
        try eventually("offset \(offset) of \(topic)/\(partition); \(log.lines)") {
            view.status.isPassed(topic, partition, offset)
        }
    }

    func content() throws -> Content { try readers.read { queries in try queries.all() } }
}

let quiet = Logger(level: .error, sink: MemoryLog())
