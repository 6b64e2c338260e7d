package import Daemon
package import Kafka
package import SQLite

/// What a view keeps: its user's tables, and what each record does to them. Made each time that the file is opened, and
/// used by the view's thread only.
///
///     final class Customers: ViewRows {
///         static let version = 1
///         static let tables = "CREATE TABLE users(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
///         private let put: Statement
///
///         init(_ database: borrowing Database) throws {
///             put = try database.prepare(
///                 "INSERT INTO users VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
///         }
///
///         func handler(of topic: String) -> ViewHandler {
///             { [self] record in
///                 guard let key = record.key, let value = record.value else { return }
///                 try put.run(text: key, text: value)
///             }
///         }
///     }
package protocol ViewRows: AnyObject {
    /// Another number whenever the tables or what records do to them have changed: the view is then made again from
    /// Kafka.
    static var version: Int { get }
    /// SQL that makes the tables and indices, with any names but those that begin with `view_`.
    static var tables: String { get }
    /// SQL that makes the indices that nothing but reading needs. They come when the view has come to the ends for the
    /// first time, since to keep one as rows come in costs several times as much as to sort all of them then. Each has
    /// to say `IF NOT EXISTS`.
    static var indices: String { get }

    /// Prepares the statements.
    init(_ database: borrowing Database) throws

    /// The view has not come to the ends yet: until `finishMaking` nobody reads the tables. Rows may wait in memory for
    /// `willCommit`, and what can be reckoned from the tables may be left for the end.
    func beginMaking()

    /// The view has come to the ends for the first time: reckons what was left for now, in the transaction that makes
    /// the indices. Where that fails `beginMaking` is called again.
    func finishMaking() throws

    /// What a topic's records do: asked for once each time that the file is opened.
    func handler(of topic: String) -> ViewHandler

    /// What has been reckoned in memory is written now, in the transaction that is committed next.
    func willCommit() throws

    /// The open transaction is gone with all that it wrote: so is what was reckoned since the last commit.
    func wasRolledBack()
}

extension ViewRows {
    /// None.
    package static var indices: String { "" }
    /// Nothing to do.
    package func beginMaking() {}
    /// Nothing to do.
    package func finishMaking() throws {}
    /// Nothing to do.
    package func willCommit() throws {}
    /// Nothing to do.
    package func wasRolledBack() {}
}

/// Applies one record, within a transaction that has the position behind it too. If it throws, nothing of what it wrote
/// remains and the record is passed over: it is counted and logged. It must come to the same whenever it is called with
/// the same rows and record.
package typealias ViewHandler = (borrowing Record) throws -> Void

/// A topic that a view follows, all partitions of it.
package struct FollowedTopic: Sendable {
    /// Where a view that is new begins to read.
    package enum Start: Sendable {
        case beginning
        /// The end, when the view is first made or rebuilt.
        case now
    }

    /// How a topic is read.
    package enum Kind: Sendable {
        /// Compacted: what is gone has a newer record of its key, or was deleted. Kafka tells of deletions for a day.
        case changelog
        /// Each record counts, and goes after the topic's retention.
        case events
    }

    /// The topic's.
    package let name: String
    /// How it is read.
    package let kind: Kind
    /// Where a view that is new begins to read it.
    package let start: Start

    /// From its beginning, unless it is said otherwise.
    package init(_ name: String, _ kind: Kind, from start: Start = .beginning) {
        (self.name, self.kind, self.start) = (name, kind, start)
    }
}

/// What a view is run with.
package struct ViewSettings: Sendable {
    /// The directory below the state directory, and what log lines and metrics call it.
    package var name: String
    /// Where the view's file lies, in a directory of the view's name.
    package var stateDirectory: String
    /// librdkafka's: where Kafka is, and how it is spoken to.
    package var properties: [String: String]
    /// What the view follows.
    package var topics: [FollowedTopic]
    /// What a fetch takes, and so what bounds the memory.
    package var fetch = FetchBounds()
    /// Pages of the file kept in memory while the view is made, in MiB; afterwards a quarter as many.
    package var cacheMiB = 64
    /// How long a call into librdkafka may take.
    package var callLimit = Duration.seconds(120)

    /// What is not given here has its default.
    package init(name: String, stateDirectory: String, properties: [String: String], topics: [FollowedTopic]) {
        (self.name, self.stateDirectory, self.properties, self.topics) = (name, stateDirectory, properties, topics)
    }
}
