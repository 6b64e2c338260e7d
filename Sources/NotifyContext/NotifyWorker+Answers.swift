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
        endSending(place, &notice, transaction)
        switch answer.outcome {
        case .accepted, .duplicate:
            transaction.count(Self.accepted)
            transaction.emit(NoticeAccepted(NoticeNews(answer.key, notice.kind)), key: place.user.text)
            accept(place, &notice, transaction)
        case .refused: try giveUp(place, &notice, .refused, transaction)
        case .unavailable:
            transaction.count(Self.unavailable)
            notice.tries += 1
            // Behind the last channel there is none: an outage delays, and loses nothing while there is time.
            if try notice.tries < settings.attempts || !fallBack(place, &notice, transaction) {
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
        if try !fallBack(place, &notice, transaction) { fail(place, &notice, reason, transaction) }
    }

    /// - Returns: whether there is another channel.
    private func fallBack(
        _ place: NoticePlace, _ notice: inout Notice, _ transaction: Transaction
    ) throws -> Bool {
        guard let contact = try transaction.row(Contacts.self, place.user.text)?.contact else { return false }
        // Behind the one that it went over. Where that is the customer's no more, all are left.
        let next = contact.channels.firstIndex { $0.name == notice.channel }.map { $0 + 1 } ?? 0
        guard next < contact.channels.count else { return false }
        transaction.count(Self.fallenBack)
        try enter(place, &notice, next, contact, transaction)
        return true
    }

    /// A notice's own time has come: nobody has said that it has arrived, or nothing more is to come of it.
    func goOn(_ place: NoticePlace, _ timer: Timer, _ transaction: Transaction) throws {
        guard var notice = try transaction.row(Notices.self, place.rowKey), notice.timer == timer.due else { return }
        notice.timer = nil
        let isWaitedFor =
            !notice.isFinished && notice.state.isOpen && notice.kind.isUrgent && transaction.time < notice.end
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
        guard var notice = try known(receipt.key, transaction), notice.state.isOpen else { return }
        let news = NoticeNews(receipt.key, notice.kind)
        if receipt.isDelivered {
            transaction.count(Self.delivered)
            transaction.emit(NoticeDelivered(news), key: place.user.text)
            try take(place, &notice, off: transaction)
            close(place, &notice, .delivered, transaction)
        } else if notice.attempt > 0, notice.channel == receipt.key.channel {
            // Also before the answer of the call has been read: whoever knows the key has had it.
            try take(place, &notice, off: transaction)
            try giveUp(place, &notice, .undelivered, transaction)
        }
    }

    func acknowledge(_ seen: AcknowledgeNotice, _ transaction: Transaction) throws {
        let place = NoticePlace(seen.key)
        guard var notice = try known(seen.key, transaction), notice.state != .seen else { return }
        transaction.count(Self.seen)
        transaction.emit(NoticeSeen(NoticeNews(seen.key, notice.kind)), key: place.user.text)
        try take(place, &notice, off: transaction)
        close(place, &notice, .seen, transaction)
    }

    /// nil where the receipt says nothing any more: of an earlier notice of the subject, or of one of which nothing is
    /// known by now. A receiver that is late has done nothing wrong.
    private func known(_ key: NoticeKey, _ transaction: Transaction) throws -> Notice? {
        guard let notice = try transaction.row(Notices.self, NoticePlace(key).rowKey) else {
            transaction.count(Self.lateReceipts)
            return nil
        }
        return notice.version == key.version && notice.state != .held ? notice : nil
    }
}
