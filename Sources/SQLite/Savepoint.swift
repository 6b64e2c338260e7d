/// A named place in a transaction to go back to, its statements compiled once. Savepoints nest; a release or roll back
/// takes those that were set after it along.
package struct Savepoint: ~Copyable {
    private let setting: Statement
    private let releasing: Statement
    private let rollback: Statement

    init(_ name: StaticString, of connection: borrowing Connection) throws(SQLiteError) {
        let setting = try connection.prepare("SAVEPOINT \(name)")
        let releasing = try connection.prepare("RELEASE \(name)")
        let rollback = try connection.prepare("ROLLBACK TO \(name)")
        self.setting = setting
        self.releasing = releasing
        self.rollback = rollback
    }

    /// Sets it here. Outside a transaction this opens one, which the release commits: call `Database.begin` first.
    package func set() throws(SQLiteError) { try setting.run() }

    /// Keeps what was written since `set`, as a part of what is around it.
    package func release() throws(SQLiteError) { try releasing.run() }

    /// Rolls back what was written since `set`. The savepoint stays set: release it, or continue from there.
    package func rollBack() throws(SQLiteError) { try rollback.run() }

    /// Rolls back what was written since `set`, and ends the savepoint.
    package func cancel() throws(SQLiteError) {
        try rollback.run()
        try releasing.run()
    }
}
