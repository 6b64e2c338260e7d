package import Contracts

/// How long a context keeps what is closed: an order that has ended, its list, a check that is done, an entry of a
/// ledger. What has been deleted then is as if it had never been, and so nothing that is older is taken any more: it
/// could make happen a second time what has happened already.
package struct Retention: Sendable {
    /// As long as records of events and dead letters stay in Kafka: none of them can be handled again behind that.
    package static let defaultDays: Int64 = 400

    /// So much longer than checks are taken the ledger's entries stay, and dr's orders, by whose ids they are found: an
    /// order's first entry says what a correction is paid beside. A check is done within a week of its order and
    /// corrected for a year at the most (kepco's settings), by readings that lie in Kafka for a month.
    package static let correctable = Duration.seconds(410 * 86_400)

    /// Behind the time that closes it.
    package let days: Int64
    /// How many rows a sweep looks at, and how many it deletes at the most, in one step.
    package let stepRows: Int

    package init(days: Int64 = defaultDays, stepRows: Int = 500) {
        precondition(days > 0 && stepRows > 0, "a day and a row at least")
        (self.days, self.stepRows) = (days, stepRows)
    }

    /// Whether what was closed at `time` may be deleted at `now`.
    package func isOver(_ time: Timestamp, at now: Timestamp) -> Bool { time + .seconds(days * 86_400) < now }

    /// Refuses what is said of a time of which nothing is kept: what it would do may have been done and forgotten.
    /// - Parameter what: that has come too late, at the beginning of a sentence.
    package func check(_ time: Timestamp, at now: Timestamp, _ what: @autoclosure () -> String) throws(Rejection) {
        guard isOver(time, at: now) else { return }
        throw .late("\(what()) is of \(time): of what is older than \(days) days nothing is known any more")
    }
}
