import Contracts
import Daemon
import JSON
import Kafka
import SQLite
import Views

/// All that the gateway shows, as a view over what the contexts say.
///
/// What is so comes from the changelogs of dr, user and response, with which it also goes again; checks from kepco's
/// events; what was refused from the dead letters; and who did it from the events, from now on.
final class ReadModel: ViewRows {
    static let version = 9
    static let tables = Schema.tables
    static let indices = Schema.indices

    static let topics: [FollowedTopic] =
        [Context.dr, .user, .response].map { FollowedTopic($0.changelog, .changelog) }
        + [FollowedTopic(Context.kepco.events, .events)]
        + [Context.dr, .user, .response].map { FollowedTopic($0.events, .events, from: .now) }
        + Context.all.map { FollowedTopic($0.deadLetters, .events) }

    private let tallies: Tallies
    private let totals: Totals
    private let outcomes: OutcomeRows
    private let audit: AuditRows
    private let replays: ReplayRows
    private let deadLetters: DeadLetterRows
    private let checks: CheckRows
    private let reductions: ReductionRows
    private let feed: FeedRows
    private let orders: OrderRows
    private let users: UserRows
    private let ledger: LedgerRows
    private let responses: ResponseRows
    private var reader = JSONReader()

    convenience init(_ database: borrowing Database) throws {
        try self.init(database, now: { Timestamp.current.milliseconds })
    }

    /// - Parameter now: in ms since 1970, by which outcomes are pruned.
    init(_ database: borrowing Database, now: @escaping () -> Int64) throws {
        tallies = try Tallies(database)
        totals = try Totals(database)
        outcomes = try OutcomeRows(database, now: now)
        audit = try AuditRows(database, totals)
        replays = ReplayRows(outcomes, audit)
        deadLetters = try DeadLetterRows(database, totals, outcomes, audit, replays)
        checks = try CheckRows(database, tallies, totals, now: now)
        feed = try FeedRows(database)
        reductions = try ReductionRows(database, now: now)
        orders = try OrderRows(database, reductions)
        users = try UserRows(database, totals)
        ledger = try LedgerRows(database)
        responses = try ResponseRows(database, tallies, totals, checks)
    }

    func handler(of topic: String) -> ViewHandler {
        for context in Context.all {
            switch topic {
            case context.changelog: return { [self] record in try take(record, of: context) }
            case context.deadLetters: return { [self] record in try deadLetters.take(record, of: context) }
            case context.events where context == .kepco:
                return { [self] record in
                    if ReplayRows.isReplayed(record) {
                        try replays.take(record, of: context)
                    } else if ReductionRows.isReduction(record) {
                        try reductions.take(record)
                    } else {
                        try checks.take(record)
                    }
                    feed.take(record)
                }
            case context.events:
                return { [self] record in
                    if ReplayRows.isReplayed(record) {
                        try replays.take(record, of: context)
                    } else {
                        try audit.done(record, of: context)
                    }
                    feed.take(record)
                }
            default: break
            }
        }
        preconditionFailure("\(topic) is not followed")
    }

    func beginMaking() {
        users.beginMaking()
        responses.beginMaking()
    }

    func finishMaking() throws {
        try users.finishMaking()
        try responses.finishMaking()
        try totals.write()
    }

    func willCommit() throws {
        try users.writeWaiting()
        try responses.writeWaiting()
        try outcomes.prune()
        try tallies.write()
        try totals.write()
        try feed.write()
    }

    func wasRolledBack() {
        users.forget()
        responses.forget()
        tallies.forget()
        totals.forget()
        feed.forget()
    }

    /// A row of a changelog; those of tables that are not shown are passed over.
    private func take(_ record: borrowing Record, of context: Context) throws {
        guard let key = record.key, let slash = key.place(of: UInt8(ascii: "/")) else { return }
        guard let rows = rows(of: context, key.extracting(..<slash)) else { return }
        let rowKey = RowKey(key.extracting((slash + 1)...).text)
        guard let value = record.value else { return try rows.remove(rowKey) }
        try reader.read(value) { fields in try rows.put(rowKey, fields) }
        let origin = Origin(record)
        // Of a payment and its ledger entry the customer's row is the answer.
        guard origin.isAnswered(by: context), rows !== ledger else { return }
        try outcomes.done(origin, record, subject: key.text, value)
    }

    private func rows(of context: Context, _ table: Span<UInt8>) -> (any ChangelogRows)? {
        if context == .user, table.isEqual(to: "users") { return users }
        if context == .response, table.isEqual(to: "responses") { return responses }
        if context == .dr, table.isEqual(to: "orders") { return orders }
        if context == .user, table.isEqual(to: "ledger") { return ledger }
        return nil
    }
}
