import Contracts
import Workers

/// What customers are told of.
extension NotifyWorker {
    func asked(_ made: ListMade, _ transaction: Transaction) throws { try tell(.asked, made.entry, transaction) }

    func changed(_ changed: ListChanged, _ transaction: Transaction) throws {
        try tell(.changed, changed.entry, transaction)
    }

    func withdrawn(_ cancelled: ListCancelled, _ transaction: Transaction) throws {
        try tell(.withdrawn, cancelled.entry, reason: cancelled.reason, transaction)
    }

    /// Who has taken part is told that the order has ended, and nobody anything else of it any more.
    func ended(_ saved: ListSaved, _ transaction: Transaction) throws {
        if saved.entry.answer == .accept { return try tell(.ended, saved.entry, transaction) }
        let place = NoticePlace(saved.entry.id.user, .order, saved.entry.id.order.text)
        guard var notice = try transaction.row(Notices.self, place.rowKey) else { return }
        // Neither another channel nor a new contact is told of it.
        notice.end = min(notice.end, transaction.time)
        switch notice.state {
        case .waiting, .sent:
            try take(place, &notice, off: transaction)
            fail(place, &notice, .tooLate, transaction)
        case .accepted: close(place, &notice, .accepted, transaction)
        case .held: drop(place, &notice, transaction)
        case .failed: close(place, &notice, .failed, transaction)
        case .delivered, .seen: break
        }
    }

    private func tell(
        _ kind: NoticeKind, _ entry: ListEntry, reason: String? = nil, _ transaction: Transaction
    ) throws {
        let facts = NoticeFacts(startsAt: entry.startsAt, endsAt: entry.endsAt, reason: reason)
        try tell(kind, entry.id.user, entry.id.order.text, facts, transaction)
    }

    /// Of corrections customers are told what they have changed: their points.
    func checked(_ check: ReductionOutcome, _ transaction: Transaction) throws {
        guard check.version == 1 else { return }
        try tell(.result, check.user, check.order.text, NoticeFacts(amount: check.reducedWh), transaction)
    }

    func pointsChanged(_ change: PointChanged, _ transaction: Transaction) throws {
        let facts = NoticeFacts(amount: change.change, balance: change.point, reason: change.reason)
        if let order = change.order {
            try tell(.points, change.user, order.text, facts, transaction)
        } else if let adjustment = change.adjustment {
            try tell(.adjusted, change.user, adjustment.text, facts, transaction)
        } else if let earnedBefore = change.earnedBefore {
            try tell(.expired, change.user, "\(earnedBefore.milliseconds)", facts, transaction)
        }
    }

    func paid(_ paid: WithdrawalPaid, _ transaction: Transaction) throws {
        try tell(.paid, paid.user, paid.withdrawal.text, NoticeFacts(amount: paid.amount), transaction)
    }

    func unpaid(_ failed: WithdrawalFailed, _ transaction: Transaction) throws {
        let facts = NoticeFacts(amount: failed.change, balance: failed.point, reason: failed.reason)
        try tell(.unpaid, failed.user, failed.withdrawal.text, facts, transaction)
    }

    private func tell(
        _ kind: NoticeKind, _ user: UserID, _ reference: String, _ facts: NoticeFacts, _ transaction: Transaction
    ) throws {
        let contact = try transaction.row(Contacts.self, user.text)?.contact
        let place = NoticePlace(user, kind.subject, reference)
        let time = transaction.time
        let known = try transaction.row(Notices.self, place.rowKey)
        let version = NoticePlan.version(behind: known?.version ?? 0, at: time)
        var notice = Notice(
            kind, version: version, channel: contact?.channels[0].name ?? "",
            end: plan.end(of: kind, startsAt: facts.startsAt, endsAt: facts.endsAt, at: time), facts)
        guard let contact else { return try hold(place, &notice, known, transaction) }
        if var known { try take(place, &known, off: transaction) }
        guard try known != nil || makeRoom(for: user, transaction) else {
            transaction.count(Self.failed)
            transaction.emit(NoticeFailed(NoticeNews(place.key(notice), kind), .tooMany), key: user.text)
            return
        }
        try enter(place, &notice, 0, contact, transaction)
    }

    /// Nobody knows how to reach the customer: of an order he is told when somebody does, as long as it runs. That it
    /// is withdrawn or has ended says nothing to whom nobody has told of it.
    private func hold(
        _ place: NoticePlace, _ notice: inout Notice, _ known: Notice?, _ transaction: Transaction
    ) throws {
        transaction.count(Self.unreachable)
        guard notice.kind == .asked || notice.kind == .changed, !settings.channels.isEmpty else {
            if var known { drop(place, &known, transaction) }
            return
        }
        if var known {
            clearTimer(place, &known, transaction)
        } else if try !makeRoom(for: place.user, transaction) {
            return
        }
        notice.state = .held
        setTimer(place, &notice, at: notice.end, transaction)
        transaction.put(Notices.self, place.rowKey, notice)
    }

    /// One of the customer's notices gives way to another where there are as many as may be: one that is finished.
    /// - Returns: whether there is room.
    private func makeRoom(for user: UserID, _ transaction: Transaction) throws -> Bool {
        let places = try places(of: user, transaction)
        guard places.count >= settings.customerLimit else { return true }
        for place in places {
            do {
                guard var notice = try transaction.row(Notices.self, place.rowKey), notice.isFinished else { continue }
                drop(place, &notice, transaction)
                return true
            } catch is RowError {
                // Perhaps it is not, and it can be read again one day.
            }
        }
        return false
    }

    /// Nothing is known of it any more.
    private func drop(_ place: NoticePlace, _ notice: inout Notice, _ transaction: Transaction) {
        transaction.delete(Notices.self, place.rowKey)
        clearTimer(place, &notice, transaction)
    }
}
