import Baselines
import Contracts
import Workers

/// What goes without a reading that comes: checks that were done long ago, what is noted of corrections that can come
/// no more, and the days of customers whose meters are silent, also of those whom nobody knows.
extension KepcoWorker {
    static let sweptChecks = WorkerCounter("swept_checks", "Checks that were done long ago and were deleted.")
    static let sweptCorrections = WorkerCounter(
        "swept_corrections",
        "Rows of customers with checks that could be corrected no more, or with orders of a day, and sums of "
            + "resources, which were deleted.")
    static let sweptDays = WorkerCounter(
        "swept_reading_rows", "Old days of readings that were deleted though no further reading of the customer came.")
    /// For so long readings lie in Kafka, and one that was received in time may be read late.
    private static let unread = Duration.seconds(30 * 86_400)

    /// Days last: those that corrections need stay.
    var sweptParts: [Sweep.Part] {
        [
            Sweep.Part("checks", Self.sweptChecks, sweepChecks),
            Sweep.Part("corrections", Self.sweptCorrections, sweepCorrections),
            Sweep.Part("days", Self.sweptDays, sweepDays),
        ]
    }

    /// Refuses a list that was saved so long ago that its check may have been done and deleted.
    func checkAge(_ entry: ListEntry, _ transaction: Transaction) throws {
        guard let endsAt = entry.endsAt else { return }
        try settings.retention.check(endsAt, at: transaction.now, "response \(entry.id): the order's end")
    }

    private func sweepChecks(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        let (checks, next) = try transaction.someRows(
            Checks.self, after: cursor, atMost: settings.retention.stepRows)
        // One that still waits is done by its deadline's timer, which fires before.
        let old = checks.filter { _, check in isOver(check.deadline, transaction) }
        for (key, _) in old { transaction.delete(Checks.self, key) }
        return Sweep.Step(cursor: next, deleted: old.count)
    }

    /// Whether what had this deadline is kept no longer.
    private func isOver(_ deadline: Timestamp, _ transaction: Transaction) -> Bool {
        settings.retention.isOver(deadline, at: transaction.time) && isPast(deadline, transaction)
    }

    /// What of an order has this deadline is kept until then, or a night longer.
    func keptUntil(_ deadline: Timestamp) -> Timestamp {
        let retention = deadline + .seconds(settings.retention.days * 86_400)
        return min(max(retention, correctedUntil(deadline)) + .seconds(86_400), .last)
    }

    private func sweepCorrections(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        let limit = settings.retention.stepRows
        let keys = try transaction.keys(Waiting.self, prefix: Waiting.recentPrefix, after: cursor, atMost: limit)
        var step = Sweep.Step(cursor: keys.count < limit ? nil : keys.last, deleted: 0)
        // Markets are not read for it.
        for key in keys where !key.utf8.starts(with: Waiting.marketsPrefix.utf8) || Waiting.isSwept(key) {
            guard try isOver(key, transaction) else { continue }
            transaction.delete(Waiting.self, key)
            step.deleted += 1
        }
        return step
    }

    /// Whether none of a customer's checks can be corrected, nothing can touch his orders' day any more, or a sum's
    /// checks are gone. A row that cannot be read must not keep the others from being looked at.
    private func isOver(_ recentKey: String, _ transaction: Transaction) throws -> Bool {
        if let day = Waiting.ordersDay(recentKey) {
            // A list is taken as long as its order's end is not too old, and that may be a week behind the day. And so
            // long checks of later orders look back to it.
            let last = day.number + 1 + settings.daysKept
            let end = Quarter(number: last * Quarter.perDay + Int64(Limits.readings)).startsAt
            return settings.retention.isOver(end, at: transaction.time) && isPast(end, transaction)
        }
        do {
            switch try transaction.row(Waiting.self, recentKey) {
            case .recent(let recent):
                return recent.checks.allSatisfy { isPast($0.deadline, transaction) && !isUnderWay($0, transaction) }
            case .sum(let sum): return isOver(sum.deadline, transaction)
            case .share(let share): return isOver(share.deadline, transaction)
            case .settling(let settling): return isOver(settling.deadline, transaction)
            case .settlement(let settlement): return isOver(settlement.deadline, transaction)
            case .remainders(let remainders): return isOver(remainders.deadline, transaction)
            // Orders whose lists were never saved.
            case .live(let live): return live.orders.allSatisfy { isPast($0.endsAt, transaction) }
            // A resource's: no check is kept that could look back to them.
            case .orders(let orders):
                let reach = Duration.seconds(settings.daysKept * 86_400)
                return orders.allSatisfy { isOver($0.endsAt + reach, transaction) }
            default: return false
            }
        } catch is RowError { return false }
    }

    /// Whether no reading that lies in Kafka yet can correct a check with this deadline.
    private func isPast(_ deadline: Timestamp, _ transaction: Transaction) -> Bool {
        correctedUntil(deadline) < transaction.time
    }

    private func correctedUntil(_ deadline: Timestamp) -> Timestamp {
        deadline + .seconds(settings.correctionsDays * 86_400) + Self.unread
    }

    /// Whether a check is marked for a correction whose timer may be set.
    private func isUnderWay(_ check: RecentChecks.Check, _ transaction: Transaction) -> Bool {
        check.markedAt.map { $0 + Self.unread >= transaction.time } ?? false
    }

    /// From one customer to the next: of each only the keys of the oldest days are looked at.
    private func sweepDays(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        var step = Sweep.Step(cursor: cursor, deleted: 0)
        for _ in 0..<settings.retention.stepRows {
            guard let first = try transaction.keys(Days.self, prefix: "", after: step.cursor, atMost: 1).first else {
                step.cursor = nil
                return step
            }
            guard let user = Days.user(first) else {
                step.cursor = first
                continue
            }
            let most = settings.retention.stepRows - step.deleted
            let days = try oldDays(of: user, from: first, atMost: most, transaction)
            for day in days { transaction.delete(Days.self, day) }
            step.deleted += days.count
            // With what is left of this customer's days the next step begins.
            guard days.count < most else { return step }
            step.cursor = Days.end(of: user)
        }
        return step
    }

    /// The keys of days that nobody needs; none of them is looked for where the first one is young enough.
    private func oldDays(
        of user: UserID, from first: String, atMost limit: Int, _ transaction: Transaction
    ) throws -> [String] {
        let kept = oldestDay(now: transaction.time)
        guard first.utf8.lexicographicallyPrecedes(Days.key(user, kept).utf8) else { return [] }
        let needed: Day?
        do {
            needed = oldestDayNeeded(
                by: try recentChecks(of: user, transaction), try waiting(of: user, transaction))
        } catch is RowError { return [] }
        let oldest = Days.key(user, needed.map { min($0, kept) } ?? kept)
        let days = try transaction.keys(Days.self, prefix: "\(user.text)/", atMost: limit)
        return days.filter { $0.utf8.lexicographicallyPrecedes(oldest.utf8) }
    }
}

extension Days {
    /// Whose day it is; nil for a key that no day has.
    static func user(_ key: String) -> UserID? {
        guard let slash = key.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return UserID(text: String(key[..<slash]))
    }

    /// Behind all keys of a customer's days, and before those of the next one.
    static func end(of user: UserID) -> String { "\(user.text)/~" }
}

extension Waiting {
    static let (recentPrefix, marketsPrefix) = ("/", "//")
}
