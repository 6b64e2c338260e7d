package import Contracts
package import Workers

/// Decides who the customers are and what points they have.
package struct UserWorker: Worker {
    package static let context = Context.user
    package static let summary = "customers and their points"
    package static let commands = Topic.userCommands
    package static let inputs: [Topic] = [.kepcoEvents]
    package static let outputs: [Topic] = [.userEvents]
    package static let counters = [sweptEntries, sweptCustomers]
    package static var tables: [any Table.Type] { [Users.self, Ledger.self] }

    /// Of the ledger's entries.
    let retention: Retention
    /// Points can be used on so many days behind the one on which they were earned; nil: for ever.
    let pointDays: Int64?

    /// - Parameter pointDays: 1 at least.
    package init(retention: Retention = .init(), pointDays: Int64? = nil) {
        precondition(pointDays ?? 1 > 0, "points can be used for a day at least")
        (self.retention, self.pointDays) = (retention, pointDays)
    }

    package var handlers: [Handler] {
        [
            // First, since it comes most often.
            Handler(ReductionOutcome.self, home: { $0.user.text }, pay),
            Handler(RegisterUser.self, home: { $0.id.text }, register),
            Handler(UpdateUser.self, home: { $0.id.text }, update),
            Handler(WithdrawPoint.self, home: { $0.user.text }, withdraw),
            Handler(ConfirmWithdrawal.self, home: { $0.user.text }, confirm),
            Handler(FailWithdrawal.self, home: { $0.user.text }, fail),
            Handler(AdjustPoint.self, home: { $0.user.text }, adjust),
            Handler(LeaveUser.self, home: { $0.id.text }, leave),
            Handler(DeleteUser.self, home: \.leave.id.text) { try leave($0.leave, $1) },
        ]
    }

    /// Who asked in time for points that expire now gets them, though nobody was there to hear it. What a sweep does
    /// behind its first step is behind that, too.
    package func firesBehindCommands(_ timer: Timer) -> Bool {
        pointDays != nil && timer.kind == Sweep.timerKind && timer.id.isEmpty
    }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        if timer.kind == Sweep.timerKind { try transaction.sweep(timer.id, sweptParts) }
    }

    private func register(_ register: RegisterUser, _ transaction: Transaction) throws {
        let key = register.id.text
        let known = try transaction.row(Users.self, key)
        var customer = known ?? Customer(register, at: transaction.time)
        if known != nil { try customer.register(register, at: transaction.time) }
        // He may have left behind it, and have been forgotten.
        try retention.check(transaction.time, at: transaction.now, "the registration of customer \(register.id)")
        transaction.put(Users.self, key, customer)
        transaction.emit(UserRegistered(customer.state), key: key)
    }

    private func update(_ update: UpdateUser, _ transaction: Transaction) throws {
        var customer = try customer(update.id, transaction)
        let updatedAt = try customer.update(update, at: transaction.time)
        transaction.put(Users.self, update.id.text, customer)
        let isLate = updatedAt > transaction.time
        transaction.emit(UserUpdated(customer.state, updatedAt: isLate ? updatedAt : nil), key: update.id.text)
    }

    private func leave(_ leave: LeaveUser, _ transaction: Transaction) throws {
        var customer = try customer(leave.id, transaction)
        // He would be forgotten at once.
        try retention.check(transaction.time, at: transaction.now, "the leaving of customer \(leave.id)")
        let leftAt = try customer.leave(at: transaction.time)
        transaction.put(Users.self, leave.id.text, customer)
        try transaction.armSweep()
        transaction.emit(UserLeft(id: leave.id, leftAt: leftAt, reason: leave.reason), key: leave.id.text)
    }

    /// Only a real reduction of someone who accepted is paid: an order once, and corrections by their differences.
    private func pay(_ check: ReductionOutcome, _ transaction: Transaction) throws {
        if let contradiction = check.contradiction { throw Rejection.refused(contradiction) }
        guard var customer = try transaction.row(Users.self, check.user.text) else {
            // Nothing has been paid to nobody.
            if check.version == 1, !check.pays { return }
            throw Self.notFound(check.user)
        }
        let isFirst = customer.note(check.order)
        let corrected = try isFirst ? nil : corrected(check, transaction)
        if let corrected, check.version <= corrected.version { throw corrected.refusal(of: check) }
        guard check.version == 1 else { return try correct(check, customer, isFirst, corrected, transaction) }
        guard check.pays else { return }
        let key = LedgerEntry.key(check.user, .reduction(check.order))
        if !isFirst, let entry = try transaction.row(Ledger.self, key)?.entry { throw entry.repeated(for: check.user) }
        try checkAge(check, transaction)
        let entry = try customer.pay(
            check.adjustPoint, for: check.order, at: transaction.time, from: transaction.source.description)
        try enter(entry, key, of: customer, for: check, transaction)
    }

    private func corrected(_ check: ReductionOutcome, _ transaction: Transaction) throws -> CorrectedOrder? {
        try transaction.row(Ledger.self, CorrectedOrder.key(check.order, check.user))?.corrected
    }

    /// A version may be missing before it: it counts from what has been paid.
    /// - Parameter isFirst: whether the ledger has nothing for the order.
    private func correct(
        _ check: ReductionOutcome, _ customer: Customer, _ isFirst: Bool, _ corrected: CorrectedOrder?,
        _ transaction: Transaction
    ) throws {
        try checkAge(check, transaction)
        var customer = customer
        let points = check.pays ? check.adjustPoint : 0
        let before = try self.paid(check, customer, isFirst, corrected, transaction)
        let expired = customer.expired
        var paid = before.of
        let change = customer.follow(&paid, from: before.points, to: points, at: transaction.time)
        if change != 0 {
            let entry = try customer.correct(
                by: change, for: check.order, version: check.version, at: transaction.time,
                from: transaction.source.description)
            try enter(entry, LedgerEntry.key(check.user, entry.cause), of: customer, for: check, transaction)
        } else if isFirst || customer.expired != expired {
            transaction.put(Users.self, check.user.text, customer)
        }
        transaction.put(
            Ledger.self, CorrectedOrder.key(check.order, check.user),
            .corrected(CorrectedOrder(version: check.version, points: points, at: transaction.time, paid: paid)))
    }

    /// What an order has brought so far and, where points expire or have expired, of which days that is. Where nothing
    /// of it was noted it is as old as the order's first entry.
    private func paid(
        _ check: ReductionOutcome, _ customer: Customer, _ isFirst: Bool, _ corrected: CorrectedOrder?,
        _ transaction: Transaction
    ) throws -> (points: Int64, of: PaidPoints?) {
        if let corrected, let paid = corrected.paid { return (corrected.points, paid) }
        let isNoted = pointDays != nil || !customer.expired.lots.isEmpty
        if let corrected, !isNoted { return (corrected.points, nil) }
        let key = LedgerEntry.key(check.user, .reduction(check.order))
        let first = try isFirst ? nil : transaction.row(Ledger.self, key)?.entry
        let points = corrected?.points ?? first?.change ?? 0
        guard isNoted else { return (points, nil) }
        let day = PointAges.day(of: first?.time ?? corrected?.time ?? transaction.time)
        return (points, PaidPoints(points, on: day))
    }

    private func enter(
        _ entry: LedgerEntry, _ key: String, of customer: Customer, for check: ReductionOutcome,
        _ transaction: Transaction
    ) throws {
        put(customer, with: entry, transaction)
        try put(entry, key, transaction)
        transaction.emit(
            PointChanged(
                user: check.user, name: customer.state.name, change: entry.change, point: entry.point,
                reason: entry.reason, order: check.order, version: check.version > 1 ? check.version : nil),
            key: check.user.text)
    }

    func customer(_ user: UserID, _ transaction: Transaction) throws -> Customer {
        guard let customer = try transaction.row(Users.self, user.text) else { throw Self.notFound(user) }
        return customer
    }

    private static func notFound(_ user: UserID) -> Rejection { .notFound("there is no customer \(user)") }
}

extension ReductionOutcome {
    fileprivate var pays: Bool { isReal && answer == .accept && reducedWh > 0 && adjustPoint > 0 }
}
