import Daemon
import Glibc
import Kafka
import SQLite
import Telemetry
import Threads
import Views

/// A view of toy topics as a process of its own, which tests kill: a changelog of users and answers, and events that
/// are counted by their keys, so that one applied twice or not at all is seen. While it is made users and answers wait
/// for the commit, and how many answers there are is reckoned at the end, as the gateway does it.
final class BenchmarkView: ViewRows {
    static let version = 1
    static let tables = """
        CREATE TABLE users(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE answers(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE counts(key TEXT PRIMARY KEY, events INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE totals(name TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID
        """

    private let putUser: Statement
    private let putAnswer: Statement
    private let deleteUser: Statement
    private let deleteAnswer: Statement
    private let count: Statement
    private let findAnswer: Statement
    private let addAnswers: Statement
    private let countAnswers: Statement
    /// While the view is made, by key; nil behind that. One without a value is deleted.
    private var waiting: [String: String?]?

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
        findAnswer = try database.prepare("SELECT 1 FROM answers WHERE key = ?1")
        addAnswers = try database.prepare("UPDATE totals SET rows = rows + ?1 WHERE name = 'answers'")
        countAnswers = try database.prepare("INSERT INTO totals SELECT 'answers', count(*) FROM answers")
    }

    func beginMaking() { waiting = [:] }

    func finishMaking() throws {
        waiting = nil
        try countAnswers.run()
    }

    func willCommit() throws {
        guard let waiting else { return }
        for (key, value) in waiting.sorted(by: { $0.key < $1.key }) {
            if let value { try change(key.utf8.span, value.utf8.span) } else { try change(key.utf8.span, nil) }
        }
        self.waiting = [:]
    }

    func wasRolledBack() { if waiting != nil { waiting = [:] } }

    func handler(of topic: String) -> ViewHandler {
        if topic.hasSuffix("changelog") { return { [self] record in try change(record) } }
        return { [self] record in try count(record) }
    }

    private func change(_ record: borrowing Record) throws {
        guard let key = record.key else { return }
        if waiting != nil {
            var value: String?
            if let bytes = record.value { value = Self.text(bytes) }
            waiting?.updateValue(value, forKey: Self.text(key))
        } else {
            if Self.isAnswer(key) { try addAnswers(record.value == nil ? -1 : 1, key) }
            try change(key, record.value)
        }
    }

    /// A key that begins with "a" is an answer's.
    private static func isAnswer(_ key: Span<UInt8>) -> Bool { !key.isEmpty && key[0] == UInt8(ascii: "a") }

    private func change(_ key: Span<UInt8>, _ value: Span<UInt8>?) throws {
        let isAnswer = Self.isAnswer(key)
        guard let value else {
            if isAnswer { try deleteAnswer.run(text: key) } else { try deleteUser.run(text: key) }
            return
        }
        if isAnswer { try putAnswer.run(text: key, text: value) } else { try putUser.run(text: key, text: value) }
    }

    /// If that changes how many there are.
    private func addAnswers(_ count: Int64, _ key: Span<UInt8>) throws {
        var isThere = false
        try findAnswer.withRow(text: key) { _ in isThere = true }
        if isThere == (count < 0) { try addAnswers.run { $0.add(count) } }
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// One without a value is refused after it has been counted: that has to be rolled back.
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
