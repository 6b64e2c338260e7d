package import SQLite
import Synchronization

/// What is asked of a view: its statements, prepared once for each connection. One thread at a time has it.
package protocol ViewQueries: AnyObject {
    init(_ database: borrowing Database) throws
}

/// Why a view cannot be read now. Both pass.
package enum ViewUnread: Error, Hashable, CustomStringConvertible {
    /// It has not been made yet, or is being rebuilt.
    case notThere
    /// As many as may read do.
    case busy

    package var description: String {
        switch self {
        case .notThere: "the view is being built"
        case .busy: "too many requests read the view at once"
        }
    }
}

/// Connections of their own for those who read a view: they never wait for the one who writes. No more than a few at a
/// time.
package final class ViewReaders<Queries: ViewQueries>: Sendable {
    private final class Connection: @unchecked Sendable {
        /// The file's.
        let number: Int
        let database: Database
        let queries: Queries

        init(_ file: (path: String, number: Int)) throws {
            let database = try Database(file.path, mode: .readOnly)
            number = file.number
            queries = try Queries(database)
            self.database = database
        }
    }

    private let view: View
    private let limit: Int
    private let pool = Mutex<(idle: [Connection], used: Int)>(([], 0))

    /// - Parameter limit: how many may read at once; each is a connection that stays open.
    package init(_ view: View, limit: Int) { (self.view, self.limit) = (view, limit) }

    /// Lends what the view is at this moment: everything that is read within comes from it.
    /// - Throws: `ViewUnread`, `SQLiteError`, and what the body throws.
    package func read<Result>(_ body: (Queries) throws -> Result) throws -> Result {
        guard let file = view.file else { throw ViewUnread.notThere }
        let (kept, isFree): (Connection?, Bool) = pool.withLock { pool in
            guard pool.used < limit else { return (nil, false) }
            pool.used += 1
            // Those of a file that is not there any more are closed.
            pool.idle.removeAll { $0.number != file.number }
            return (pool.idle.popLast(), true)
        }
        guard isFree else { throw ViewUnread.busy }
        var connection = kept
        defer {
            pool.withLock { pool in
                pool.used -= 1
                if let connection { pool.idle.append(connection) }
            }
        }
        do {
            let used = try connection ?? Connection(file)
            connection = used
            try used.database.begin()
            defer { try? used.database.rollBack() }
            return try body(used.queries)
        } catch let error as SQLiteError {
            // Not kept: nobody knows what it is good for.
            connection = nil
            // It may have gone just now.
            guard view.file.map({ $0.number }) == file.number else { throw ViewUnread.notThere }
            if error.isCorrupt || error.isNotADatabase { view.isDamaged(error) }
            throw error
        }
    }
}
