import Daemon
import Glibc
import Kafka
import SQLite
import Telemetry
import Threads
import Views

/// A view of toy topics as a process of its own, which tests kill: a changelog of users and answers, and events that are counted by their
/// keys, so that one applied twice or not at all is seen.
final class BenchmarkView: ViewRows {
    static let version = 1
    static let tables = """
        CREATE TABLE users(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE answers(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE counts(key TEXT PRIMARY KEY, events INTEGER NOT NULL) WITHOUT ROWID
        """

    private let putUser: Statement
    private let putAnswer: Statement
    private let deleteUser: Statement
    private let deleteAnswer: Statement
    private let count: Statement

    init(_ database: borrowing Database) throws {
        func put(_ table: String) -> String {
            "INSERT INTO \(table) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2"
        }
        putUser = try database.prepare(put("users"))
        putAnswer = try database.prepare(put("answers"))
        deleteUser = try database.prepare("DELETE FROM users WHERE key = ?1")
        deleteAnswer = try database.prepare("DELETE FROM answers WHERE key = ?1")
        count = try database.prepare(
            "INSERT INTO counts VALUES (?1, 1) ON CONFLICT (key) DO UPDATE SET events = events + 1")
    }

    func handler(of topic: String) -> ViewHandler {
        if topic.hasSuffix("changelog") { return { [self] record in try change(record) } }
        return { [self] record in try count(record) }
    }

    /// A key that begins with "a" is an answer's.
    private func change(_ record: borrowing Record) throws {
        guard let key = record.key else { return }
        let isAnswer = !key.isEmpty && key[0] == UInt8(ascii: "a")
        guard let value = record.value else {
            if isAnswer { try deleteAnswer.run(text: key) } else { try deleteUser.run(text: key) }
            return
        }
        if isAnswer { try putAnswer.run(text: key, text: value) } else { try putUser.run(text: key, text: value) }
    }

    /// One without a value is refused after it has been counted: that has to be undone.
    private func count(_ record: borrowing Record) throws {
        guard let key = record.key else { return }
        try count.run(text: key)
        if record.value == nil { throw Refused() }
    }

    private struct Refused: Error {}

    /// Follows until SIGTERM.
    static func run(_ bootstrapServers: String, _ directory: String, _ changelog: String, _ events: String) throws {
        let signals = Signals.block()
        let view = make(
            bootstrapServers, directory, [FollowedTopic(changelog, .changelog), FollowedTopic(events, .events)])
        let thread = Thread("view") {
            do { try view.run() } catch {
                complain("\(error)")
                exit(78)
            }
        }
        signals.wait()
        view.requestStop()
        thread.join()
    }

    static func make(
        _ bootstrapServers: String, _ directory: String, _ topics: [FollowedTopic],
        onCommit: @escaping @Sendable (ViewStatus) -> Void = { _ in }
    ) -> View {
        View(
            BenchmarkView.self,
            ViewSettings(
                name: "view", stateDirectory: directory, properties: ["bootstrap.servers": bootstrapServers],
                topics: topics),
            log: Logger(level: .info, sink: FileLog(.logfmt)), onCommit: onCommit)
    }
}
