import Contracts
import Workers

/// Points that are paid out, given back, and changed by hand. What pays is not part of this: it reads PointWithdrawn,
/// and its answer is one more command to the same partition, so that it comes behind the withdrawal.
extension UserWorker {
    func withdraw(_ withdraw: WithdrawPoint, _ transaction: Transaction) throws {
        let key = LedgerEntry.key(withdraw.user, withdraw.id)
        let (customer, entry) = try enterOnce(key, of: withdraw.user, "withdrawal \(withdraw.id)", transaction) {
            try $0.withdraw(withdraw, at: transaction.time, from: transaction.source.description)
        }
        transaction.emit(
            PointWithdrawn(
                user: withdraw.user, name: customer.state.name, amount: withdraw.amount, point: entry.point,
                withdrawal: withdraw.id, status: .requested), key: withdraw.user.text)
    }

    func confirm(_ confirm: ConfirmWithdrawal, _ transaction: Transaction) throws {
        let (customer, entry) = try close(confirm.id, of: confirm.user, .paid, transaction)
        let state = WithdrawalState.paid(
            reference: confirm.reference, at: transaction.time, source: transaction.source.description)
        // Before the customer, by whom whoever looks at the rows in their order knows that it is done.
        put(state, of: confirm.id, of: confirm.user, entry, transaction)
        transaction.put(Users.self, confirm.user.text, customer)
        transaction.emit(
            WithdrawalPaid(
                user: confirm.user, amount: -entry.change, withdrawal: confirm.id, reference: confirm.reference),
            key: confirm.user.text)
    }

    func fail(_ fail: FailWithdrawal, _ transaction: Transaction) throws {
        var (customer, entry) = try close(fail.id, of: fail.user, .failed, transaction)
        let source = transaction.source.description
        let back = try customer.giveBack(-entry.change, fail, at: transaction.time, from: source)
        let state = WithdrawalState.failed(reason: fail.reason, at: transaction.time, source: source)
        put(state, of: fail.id, of: fail.user, entry, transaction)
        try put(back, LedgerEntry.key(fail.user, back.cause), transaction)
        put(customer, with: back, transaction)
        transaction.emit(
            WithdrawalFailed(
                user: fail.user, change: back.change, point: back.point, withdrawal: fail.id, reason: fail.reason),
            key: fail.user.text)
    }

    func adjust(_ adjust: AdjustPoint, _ transaction: Transaction) throws {
        let key = LedgerEntry.key(adjust.user, adjust.id)
        let (customer, entry) = try enterOnce(key, of: adjust.user, "adjustment \(adjust.id)", transaction) {
            try $0.adjust(adjust, at: transaction.time, from: transaction.source.description)
        }
        transaction.emit(
            PointChanged(
                user: adjust.user, name: customer.state.name, change: entry.change, point: entry.point,
                reason: entry.reason, order: nil, adjustment: adjust.id), key: adjust.user.text)
    }

    /// Makes the entry that an id stands for, unless it has been made already.
    /// - Parameter what: the entry is, for people.
    private func enterOnce(
        _ key: String, of user: UserID, _ what: String, _ transaction: Transaction,
        _ change: (inout Customer) throws -> LedgerEntry
    ) throws -> (Customer, LedgerEntry) {
        var customer = try customer(user, transaction)
        if let entry = try transaction.row(Ledger.self, key)?.entry { throw entry.repeated(for: user) }
        try retention.check(transaction.time, at: transaction.now, what)
        let entry = try change(&customer)
        put(customer, with: entry, transaction)
        try put(entry, key, transaction)
        return (customer, entry)
    }

    /// The withdrawal that an answer is for, and its customer, who has one less that is open.
    private func close(
        _ id: WithdrawalID, of user: UserID, _ answer: WithdrawalStatus, _ transaction: Transaction
    ) throws -> (Customer, LedgerEntry) {
        var customer = try customer(user, transaction)
        let entry = try transaction.row(Ledger.self, LedgerEntry.key(user, id))?.entry
        guard let entry, case .withdrawal(_, let state) = entry.cause else {
            throw Rejection.notFound("there is no withdrawal \(id) of customer \(user)")
        }
        if let refusal = state.refusal(of: answer, "withdrawal \(id) of customer \(user)") { throw refusal }
        try retention.check(transaction.time, at: transaction.now, "the answer to withdrawal \(id)")
        if state == .requested(isCounted: true) { customer.closeWithdrawal() }
        return (customer, entry)
    }

    private func put(
        _ state: WithdrawalState, of id: WithdrawalID, of user: UserID, _ entry: LedgerEntry, _ transaction: Transaction
    ) {
        transaction.put(Ledger.self, LedgerEntry.key(user, id), .entry(entry.answered(id, state)))
    }
}
