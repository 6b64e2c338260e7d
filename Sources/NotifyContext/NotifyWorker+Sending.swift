import Contracts
import Workers

/// How notices go out: each waits in its channel's queue for its time and its turn, and a timer hands over those that
/// are due. At most a window of them is on its way over one channel, so an outage of it costs no more than that, and
/// holds up no other channel.
extension NotifyWorker {
    /// The notice goes over this of the contact's channels, from its time on.
    func enter(
        _ place: NoticePlace, _ notice: inout Notice, _ channel: Int, _ contact: Contact, _ transaction: Transaction
    ) throws {
        (notice.place, notice.channel, notice.tries) = (Int64(channel), contact.channels[channel].name, 0)
        let due = plan.opens(notice, contact, at: transaction.time)
        if notice.kind.subject == .order, channel + 1 < contact.channels.count {
            // By the clock: what is told late has its time, too.
            setTimer(place, &notice, at: max(due, transaction.now) + settings.fallback, transaction)
        }
        try wait(place, &notice, due: due, transaction)
    }

    /// Puts it into its channel's queue.
    func wait(
        _ place: NoticePlace, _ notice: inout Notice, due: Timestamp, _ transaction: Transaction
    ) throws {
        (notice.state, notice.due) = (.waiting, min(due, .last))
        transaction.put(Sendings.self, Sendings.waiting(place, notice, due: min(due, .last)), SendingRow())
        transaction.put(Notices.self, place.rowKey, notice)
        try arm(at: due, transaction)
    }

    /// Has what is due handed over at the beat behind this time.
    func arm(at due: Timestamp, _ transaction: Transaction) throws {
        let timer = Timer(kind: Self.send, id: "", due: NoticePlan.beat(behind: max(due, transaction.time)))
        guard try transaction.row(Timers.self, timer.key) == nil else { return }
        transaction.setTimer(timer.kind, timer.id, at: timer.due)
    }

    /// Hands over what is due, channel by channel: orders first.
    func sendDue(_ transaction: Transaction) throws {
        var left = settings.stepLimit
        for channel in try Sendings.channels(transaction) {
            let onTheirWay = try transaction.keys(
                Sendings.self, prefix: Sendings.onTheirWay(channel), atMost: settings.window)
            let before = left
            var room = settings.window - onTheirWay.count
            for queue in Sendings.Queue.allCases {
                while try sendSome(channel, queue, &room, &left, transaction) {}
            }
            if left < before {
                transaction.setTimer(Self.overdue, channel, at: transaction.time + settings.callLimit)
            }
        }
        // What is behind this step's limit.
        if left <= 0 { try arm(at: transaction.time, transaction) }
    }

    /// - Parameters:
    ///   - room: how many may go out over the channel.
    ///   - left: how many of this step may be looked at.
    /// - Returns: whether there may be more that are due and can go out.
    private func sendSome(
        _ channel: String, _ queue: Sendings.Queue, _ room: inout Int, _ left: inout Int, _ transaction: Transaction
    ) throws -> Bool {
        let limit = min(room, left)
        guard limit > 0 else { return false }
        let keys = try transaction.keys(
            Sendings.self, prefix: Sendings.waiting(channel, queue), atMost: limit)
        for key in keys {
            guard let (due, rowKey) = Sendings.parse(waiting: key), due <= transaction.time.milliseconds else {
                return false
            }
            left -= 1
            transaction.delete(Sendings.self, key)
            if try sendOne(rowKey, transaction) { room -= 1 }
        }
        return keys.count == limit
    }

    /// - Returns: whether it is on its way.
    private func sendOne(_ rowKey: String, _ transaction: Transaction) throws -> Bool {
        guard let place = NoticePlace(rowKey: rowKey), var notice = try transaction.row(Notices.self, rowKey),
            let contact = try transaction.row(Contacts.self, place.user.text)?.contact
        else { return false }
        notice.due = nil
        guard transaction.time < notice.end else {
            fail(place, &notice, .tooLate, transaction)
            return false
        }
        let opens = plan.opens(notice, contact, at: transaction.time)
        guard opens <= transaction.time else {
            try wait(place, &notice, due: opens, transaction)
            return false
        }
        return call(place, &notice, contact, transaction)
    }

    private func call(
        _ place: NoticePlace, _ notice: inout Notice, _ contact: Contact, _ transaction: Transaction
    ) -> Bool {
        guard let channel = contact.channels.first(where: { $0.name == notice.channel }) else {
            fail(place, &notice, .refused, transaction)
            return false
        }
        notice.state = .sent
        notice.attempt += 1
        transaction.put(Notices.self, place.rowKey, notice)
        let until = min(transaction.time + settings.callLimit, .last)
        transaction.put(Sendings.self, Sendings.onItsWay(place, notice), SendingRow(until: until))
        transaction.call(
            NoticeCall(
                partition: transaction.partition, key: place.key(notice), attempt: notice.attempt,
                address: channel.address, language: contact.language, kind: notice.kind, facts: notice.facts,
                end: notice.end))
        return true
    }

    /// Nothing has come of calls: the process has ended before they were made, or before their answers were written.
    func sendAgain(_ channel: String, _ transaction: Transaction) throws {
        var keys: [String] = []
        let prefix = Sendings.onTheirWay(channel)
        try transaction.scan(Sendings.self, prefix: prefix) { key, row in
            if let until = row.until, until <= transaction.time { keys.append(key) }
            return keys.count < settings.stepLimit
        }
        guard !keys.isEmpty else { return }
        for key in keys {
            transaction.count(Self.unanswered)
            if try !sendOne(String(key.dropFirst(prefix.count)), transaction) {
                transaction.delete(Sendings.self, key)
            }
        }
        transaction.setTimer(Self.overdue, channel, at: transaction.time + settings.callLimit)
        // More than a step has are handed over by the next one.
        if keys.count == settings.stepLimit {
            transaction.setTimer(Self.overdue, channel, at: NoticePlan.beat(behind: transaction.time))
        }
        try useRoom(channel, transaction)
    }

    /// Whatever is planned or on its way of a notice is not any more: an answer that still comes says nothing.
    func take(_ place: NoticePlace, _ notice: inout Notice, off transaction: Transaction) throws {
        clearTimer(place, &notice, transaction)
        switch notice.state {
        case .waiting:
            if let due = notice.due {
                transaction.delete(Sendings.self, Sendings.waiting(place, notice, due: due))
            }
            notice.due = nil
        case .sent:
            transaction.delete(Sendings.self, Sendings.onItsWay(place, notice))
            transaction.call(NoticeCallEnd(partition: transaction.partition, key: place.key(notice)))
            try useRoom(notice.channel, transaction)
        case .accepted, .delivered, .seen, .failed: break
        }
    }

    /// There is room on a channel: what waits for its turn has it.
    func useRoom(_ channel: String, _ transaction: Transaction) throws {
        let first = try transaction.keys(Sendings.self, prefix: Sendings.waiting(channel), atMost: 1).first
        if first != nil { try arm(at: transaction.time, transaction) }
    }

    /// The notice will not reach the customer.
    func fail(
        _ place: NoticePlace, _ notice: inout Notice, _ reason: NoticeFailed.Reason, _ transaction: Transaction
    ) {
        transaction.count(Self.failed)
        transaction.emit(
            NoticeFailed(NoticeNews(place.key(notice), notice.kind), reason), key: place.user.text)
        close(place, &notice, .failed, transaction)
    }

    /// Nothing more is done about it, and some time later it is forgotten.
    func close(_ place: NoticePlace, _ notice: inout Notice, _ state: Notice.State, _ transaction: Transaction) {
        clearTimer(place, &notice, transaction)
        notice.state = state
        setTimer(place, &notice, at: transaction.time + settings.kept, transaction)
        transaction.put(Notices.self, place.rowKey, notice)
    }

    func setTimer(_ place: NoticePlace, _ notice: inout Notice, at due: Timestamp, _ transaction: Transaction) {
        notice.timer = transaction.setTimer(Self.notice, place.rowKey, at: due).due
    }

    func clearTimer(_ place: NoticePlace, _ notice: inout Notice, _ transaction: Transaction) {
        guard let due = notice.timer else { return }
        transaction.cancel(Timer(kind: Self.notice, id: place.rowKey, due: due))
        notice.timer = nil
    }
}
