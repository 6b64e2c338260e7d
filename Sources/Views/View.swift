import Contracts
import Daemon
import Kafka
import SQLite
import Synchronization
package import Telemetry
import Threads

/// A view: topics as rows of a SQLite file, followed without a group. Rows and positions are committed together, so it
/// can be killed at any time, and it holds nothing that is not in Kafka: what cannot be resumed is rebuilt.
/// Whoever reads has `ViewReaders`.
package final class View: Sendable {
    /// How far it has come.
    package let status = ViewStatus()
    let settings: ViewSettings
    let rows: RowsType
    let source: any ViewSource
    let log: Logger
    let onCommit: @Sendable (ViewStatus) -> Void
    /// The file that is open, by its number.
    private let opened = Mutex<(path: String, number: Int)?>(nil)
    private let openings = Atomic(0)
    /// What a reader has found.
    private let damage = Mutex<SQLiteError?>(nil)
    private let stop = StopSignal()
    private let lookout = Mutex<Lookout?>(nil)

    /// A metatype holds nothing that could be shared.
    struct RowsType: @unchecked Sendable { let type: any ViewRows.Type }

    /// - Parameter onCommit: is called on the view's thread each time that readers see more, with how far it has come;
    ///   it has to be quick.
    package convenience init(
        _ rows: any ViewRows.Type, _ settings: ViewSettings, log: Logger,
        onCommit: @escaping @Sendable (ViewStatus) -> Void = { _ in }
    ) {
        self.init(rows, settings, log: log, from: LiveSource(), onCommit: onCommit)
    }

    init(
        _ rows: any ViewRows.Type, _ settings: ViewSettings, log: Logger, from source: any ViewSource,
        onCommit: @escaping @Sendable (ViewStatus) -> Void = { _ in }
    ) {
        (self.rows, self.settings, self.source) = (RowsType(type: rows), settings, source)
        (self.log, self.onCommit) = (log.with(["view": settings.name]), onCommit)
    }

    /// Has the moment that the view is of (`ViewStatus.Snapshot.asOf`) move on soon, where someone waits for it. Any
    /// thread.
    package func hasten() { lookout.withLock { $0 }?.hasten() }

    /// Tells it to commit what is open and to return from `run`. Any thread.
    package func requestStop() { stop.set() }

    /// Follows until it is stopped. One thread.
    /// - Throws: what someone has to mend: `StateError`. Whatever passes is waited for.
    package func run() throws {
        let directory = try StateDirectory(settings.stateDirectory, Context(settings.name), log: log)
        let (lookout, watchdog) = (Lookout(settings, source, log), Watchdog())
        self.lookout.withLock { $0 = lookout }
        watchdog.start(log)
        lookout.start()
        defer {
            lookout.end()
            watchdog.end()
            withExtendedLifetime(directory) {}
        }
        try ViewLoop(self, path: "\(directory.path)/view.sqlite", lookout, watchdog).run(until: stop)
    }

    // MARK: The file, for readers

    /// nil while there is none.
    var file: (path: String, number: Int)? { opened.withLock { $0 } }

    func open(_ path: String?) {
        let number = openings.add(1, ordering: .relaxed).newValue
        opened.withLock { opened in opened = path.map { ($0, number) } }
    }

    func isDamaged(_ error: SQLiteError) { damage.withLock { $0 = error } }
    func takeDamage() -> SQLiteError? { damage.withLock { $0.take() } }
}
