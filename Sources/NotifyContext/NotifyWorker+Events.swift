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
        guard let contact = try transaction.row(Contacts.self, user.text)?.contact else {
            transaction.count(Self.unreachable)
            return
        }
        let place = NoticePlace(user, kind.subject, reference)
        let time = transaction.time
        let known = try transaction.row(Notices.self, place.rowKey)
        // Never that of one before it, also where nothing is known of that any more.
        let version = min(
            max((known?.version ?? 0) + 1, time.milliseconds), NoticeKey.versions.upperBound)
        var notice = Notice(
            kind, version: version, channel: contact.channels[0].name,
            end: plan.end(of: kind, startsAt: facts.startsAt, endsAt: facts.endsAt, at: time), facts)
        if var known {
            try take(place, &known, off: transaction)
        } else {
            let prefix = "\(user.text)/"
            let count = try transaction.keys(Notices.self, prefix: prefix, atMost: settings.customerLimit).count
            guard count < settings.customerLimit else {
                transaction.count(Self.failed)
                let news = NoticeNews(place.key(notice), kind)
                transaction.emit(NoticeFailed(news, .tooMany), key: user.text)
                return
            }
        }
        try enter(place, &notice, 0, contact, transaction)
    }
}
