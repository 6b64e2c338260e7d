import Contracts
import Workers

/// What goes of the ledger: entries that are old enough, and what corrected orders have come to. Each entry states the
/// balance behind it, and the customer's row has the balance and the number of entries: both stay exact, and what has
/// gone is what the balance is more than the entries that are left. And what is known of customers who left long ago.
extension UserWorker {
    static let sweptEntries = WorkerCounter(
        "swept_ledger_entries", "Rows of old changes of points that were deleted. Balances stay.")
    static let sweptCustomers = WorkerCounter(
        "swept_customers", "Rows of customers who left long ago that were deleted, or whose names were.")
    /// Of so many entries of a customer one has the ledger swept: to look whether that is set costs as much as a row.
    private static let armedBy: Int64 = 16

    var sweptParts: [Sweep.Part] {
        [
            Sweep.Part("reductions", Self.sweptEntries, sweepReductions),
            Sweep.Part("withdrawals", Self.sweptEntries) { try sweep(Ledger.withdrawals, after: $0, $1) },
            Sweep.Part("corrected", Self.sweptEntries, sweepCorrected),
            Sweep.Part("adjustments", Self.sweptEntries) { try sweep(Ledger.adjustments, after: $0, $1) },
            Sweep.Part("expiries", Self.sweptEntries) { try sweep(Ledger.expiries, after: $0, $1) },
            Sweep.Part("customers", Self.sweptCustomers, sweepCustomers),
        ]
    }

    /// Writes a new entry.
    func put(_ entry: LedgerEntry, _ key: String, _ transaction: Transaction) throws {
        transaction.put(Ledger.self, key, .entry(entry))
        if entry.sequence % Self.armedBy == 1 { try transaction.armSweep() }
    }

    /// Writes a customer with the age of what a new entry adds or takes off. Where nothing expires no ages are kept:
    /// those of before would say of points that are earned now that they are old.
    func put(_ customer: Customer, with entry: LedgerEntry, _ transaction: Transaction) {
        var customer = customer
        if pointDays == nil { customer.forgetAges() } else { customer.noteAge(of: entry) }
        transaction.put(Users.self, customer.state.id.text, customer)
    }

    /// Refuses a check that is so old that it may have been paid, and the entry deleted.
    func checkAge(_ check: ReductionOutcome, _ transaction: Transaction) throws {
        try retention.check(
            transaction.time, at: transaction.now, "the check of response \(ResponseID(check.order, check.user))")
    }

    private func isOver(_ time: Timestamp, _ transaction: Transaction) -> Bool {
        retention.isOver(time + Retention.correctable, at: transaction.time)
    }

    /// The entries of an order are made at about the same time: where the first one is young, the others are not looked
    /// at.
    private func sweepReductions(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        var step = Sweep.Step(cursor: cursor, deleted: 0)
        for _ in 0..<retention.stepRows {
            let (rows, next) = try transaction.someRows(
                Ledger.self, prefix: Ledger.orders, after: step.cursor ?? "", atMost: 1)
            step.cursor = next
            guard let next else { return step }
            guard let entry = rows.first?.row.entry else { continue }
            if isOver(entry.time, transaction) {
                transaction.delete(Ledger.self, next)
                step.deleted += 1
            } else if case .reduction(let order) = entry.cause {
                step.cursor = Ledger.end(of: order)
            }
        }
        return step
    }

    /// A withdrawal that nobody has answered stays, however old it is.
    private func sweep(
        _ prefix: String, after cursor: String, _ transaction: Transaction
    ) throws -> Sweep.Step {
        let (rows, next) = try transaction.someRows(
            Ledger.self, prefix: prefix, after: cursor, atMost: retention.stepRows)
        let old = rows.filter { $0.row.entry?.closedAt.map { isOver($0, transaction) } ?? false }
        for (key, _) in old { transaction.delete(Ledger.self, key) }
        return Sweep.Step(cursor: next, deleted: old.count)
    }

    /// Rows of versions that noted no time are given one, and grow old from then on.
    private func sweepCorrected(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        let (rows, next) = try transaction.someRows(
            Ledger.self, prefix: Ledger.corrected, after: cursor, atMost: retention.stepRows)
        var step = Sweep.Step(cursor: next, deleted: 0)
        for (key, row) in rows {
            guard let order = row.corrected else { continue }
            guard let time = order.time else {
                let timed = CorrectedOrder(version: order.version, points: order.points, at: transaction.time)
                transaction.put(Ledger.self, key, .corrected(timed))
                continue
            }
            guard isOver(time, transaction) else { continue }
            transaction.delete(Ledger.self, key)
            step.deleted += 1
        }
        return step
    }

    /// What has been there for too long expires. Who left is nameless once nobody who reads Kafka learns the name any
    /// more. His row goes when nothing has been owed either way for as long as entries are kept: then the ledger has
    /// nothing of him.
    private func sweepCustomers(after cursor: String, _ transaction: Transaction) throws -> Sweep.Step {
        let (rows, next) = try transaction.someRows(Users.self, after: cursor, atMost: retention.stepRows)
        var step = Sweep.Step(cursor: next, deleted: 0)
        for (key, customer) in rows {
            var swept = customer
            let expired = try expire(&swept, transaction)
            if let leftAt = swept.stay.leftAt, retention.isOver(leftAt, at: transaction.time) {
                if let quietSince = swept.quietSince, isOver(quietSince, transaction) {
                    transaction.delete(Users.self, key)
                    step.deleted += 1
                    continue
                }
                if !swept.isNameless { step.deleted += 1 }
                swept.forgetName()
                if swept.state.point == 0, swept.openWithdrawals == 0 { swept.beQuiet(since: transaction.time) }
            }
            if swept != customer { transaction.put(Users.self, key, swept) }
            if let expired { emit(expired, of: swept, transaction) }
        }
        return step
    }

    /// Takes off what was earned so long ago that it cannot be used any more, by an entry of its own.
    private func expire(_ customer: inout Customer, _ transaction: Transaction) throws -> LedgerEntry? {
        guard let pointDays else { return nil }
        let day = PointAges.day(of: transaction.time) - pointDays
        // As long as the ledger's entries say when an order was paid.
        let noted = transaction.time - .seconds(retention.days * 86_400) - Retention.correctable
        guard
            let entry = customer.expire(
                before: day, noted: PointAges.day(of: noted), at: transaction.time)
        else { return nil }
        try put(entry, LedgerEntry.key(customer.state.id, entry.cause), transaction)
        return entry
    }

    private func emit(_ expired: LedgerEntry, of customer: Customer, _ transaction: Transaction) {
        guard case .expiry(let earnedBefore) = expired.cause else { return }
        transaction.emit(
            PointChanged(
                user: customer.state.id, name: customer.state.name, change: expired.change, point: expired.point,
                reason: expired.reason, order: nil, earnedBefore: earnedBefore), key: customer.state.id.text)
    }
}

extension Ledger {
    /// What keys begin with: entries for orders, for withdrawals, by hand and by age, and what corrected orders have
    /// come to.
    fileprivate static let (orders, withdrawals, adjustments, expiries, corrected) = (
        "dr/", "withdrawal/", "adjustment/", "expiry/", "/"
    )

    /// Behind all entries for an order, and before those for the next one.
    fileprivate static func end(of order: OrderID) -> String { "\(orders)\(order.text)0" }
}
