import Contracts
import Workers

/// What has come of notices: which have been taken, have arrived, or go over the next channel.
extension NotifyWorker {
    /// What has come of a call. Of an earlier attempt it says nothing: a later one is on its way, or was answered.
    func take(_ answer: NoticeAnswered, _ transaction: Transaction) throws {
        let place = NoticePlace(answer.key)
        guard var notice = try transaction.row(Notices.self, place.rowKey), notice.state == .sent,
            notice.attempt == answer.attempt, place.key(notice) == answer.key
        else { return }
        transaction.delete(Sendings.self, Sendings.onItsWay(place, notice))
        // On its way no more, and in no queue.
        notice.state = .waiting
        switch answer.outcome {
        case .accepted, .duplicate:
            transaction.count(Self.accepted)
            transaction.emit(NoticeAccepted(NoticeNews(answer.key, notice.kind)), key: place.user.text)
            accept(place, &notice, transaction)
        case .refused: try giveUp(place, &notice, .refused, transaction)
        case .unavailable:
            transaction.count(Self.unavailable)
            notice.tries += 1
            if notice.tries >= settings.attempts {
                try giveUp(place, &notice, .unavailable, transaction)
            } else {
                let pause = plan.pause(place.rowKey, tries: notice.tries, attempt: notice.attempt)
                try wait(place, &notice, due: transaction.time + pause, transaction)
            }
        }
        try useRoom(answer.key.channel, transaction)
    }

    /// An order's notice waits for a word of whether it has arrived, as long as there is another channel; any other is
    /// done with.
    private func accept(_ place: NoticePlace, _ notice: inout Notice, _ transaction: Transaction) {
        guard notice.timer == nil else {
            notice.state = .accepted
            transaction.put(Notices.self, place.rowKey, notice)
            return
        }
        close(place, &notice, .accepted, transaction)
    }

    /// Over this channel nothing comes of it: it goes over the next one, or fails.
    private func giveUp(
        _ place: NoticePlace, _ notice: inout Notice, _ reason: NoticeFailed.Reason, _ transaction: Transaction
    ) throws {
        guard try fallBack(place, &notice, transaction) else {
            fail(place, &notice, reason, transaction)
            return
        }
    }

    /// - Returns: whether there is another channel.
    private func fallBack(
        _ place: NoticePlace, _ notice: inout Notice, _ transaction: Transaction
    ) throws -> Bool {
        let next = Int(notice.place) + 1
        guard let contact = try transaction.row(Contacts.self, place.user.text)?.contact,
            next < contact.channels.count
        else { return false }
        transaction.count(Self.fallenBack)
        try take(place, &notice, off: transaction)
        try enter(place, &notice, next, contact, transaction)
        return true
    }

    /// A notice's own time has come: nobody has said that it has arrived, or nothing more is to come of it.
    func goOn(_ place: NoticePlace, _ timer: Timer, _ transaction: Transaction) throws {
        guard var notice = try transaction.row(Notices.self, place.rowKey), notice.timer == timer.due else { return }
        notice.timer = nil
        let isWaitedFor = notice.state.isOpen && notice.kind.subject == .order && transaction.time < notice.end
        if isWaitedFor, try fallBack(place, &notice, transaction) { return }
        if notice.state == .waiting || notice.state == .sent {
            // Its channel is the last one now: it stays there.
            transaction.put(Notices.self, place.rowKey, notice)
        } else {
            transaction.delete(Notices.self, place.rowKey)
        }
    }

    // MARK: Receipts

    func confirm(_ receipt: ConfirmNotice, _ transaction: Transaction) throws {
        let place = NoticePlace(receipt.key)
        var notice = try known(place, transaction)
        // Of an earlier notice of the subject it says nothing any more.
        guard notice.version == receipt.key.version, notice.state.isOpen else { return }
        let news = NoticeNews(receipt.key, notice.kind)
        if receipt.isDelivered {
            transaction.count(Self.delivered)
            transaction.emit(NoticeDelivered(news), key: place.user.text)
            try take(place, &notice, off: transaction)
            close(place, &notice, .delivered, transaction)
        } else if notice.state == .accepted, notice.channel == receipt.key.channel {
            try giveUp(place, &notice, .undelivered, transaction)
        }
    }

    func acknowledge(_ seen: AcknowledgeNotice, _ transaction: Transaction) throws {
        let place = NoticePlace(seen.key)
        var notice = try known(place, transaction)
        guard notice.version == seen.key.version, notice.state != .seen else { return }
        transaction.count(Self.seen)
        transaction.emit(NoticeSeen(NoticeNews(seen.key, notice.kind)), key: place.user.text)
        try take(place, &notice, off: transaction)
        close(place, &notice, .seen, transaction)
    }

    private func known(_ place: NoticePlace, _ transaction: Transaction) throws -> Notice {
        guard let notice = try transaction.row(Notices.self, place.rowKey) else {
            throw Rejection.notFound("nothing is waited for of a notice with this key")
        }
        return notice
    }
}
