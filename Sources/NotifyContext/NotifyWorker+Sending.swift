import Contracts
import Workers

/// How notices go out: each waits in its channel's queue for its time and its turn, and a timer hands over those that
/// are due. At most a window of them is on its way over one channel, so an outage of it costs no more than that, and
/// holds up no other channel.
extension NotifyWorker {
    /// The notice goes over this of the contact's channels, from its time on. Whatever was planned of it is not.
    func enter(
        _ place: NoticePlace, _ notice: inout Notice, _ channel: Int, _ contact: Contact, _ transaction: Transaction
    ) throws {
        try take(place, &notice, off: transaction)
        (notice.state, notice.channel, notice.tries) = (.waiting, contact.channels[channel].name, 0)
        notice.isFinished = false
        let due = plan.opens(notice, contact, at: transaction.time)
        if notice.kind.isUrgent, channel + 1 < contact.channels.count {
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
        put(place, notice, transaction)
        try arm(at: due, transaction)
    }

    /// With its place in a queue, or among those on their way.
    private func put(_ place: NoticePlace, _ notice: Notice, _ transaction: Transaction) {
        if let key = Sendings.key(place, notice) { transaction.put(Sendings.self, key, SendingRow()) }
        transaction.put(Notices.self, place.rowKey, notice)
    }

    /// In no queue, and on its way no more.
    func endSending(_ place: NoticePlace, _ notice: inout Notice, _ transaction: Transaction) {
        if let key = Sendings.key(place, notice) { transaction.delete(Sendings.self, key) }
        notice.due = nil
        if notice.state == .sent { notice.state = .waiting }
    }

    /// Has what is due handed over at the beat behind this time.
    func arm(at due: Timestamp, _ transaction: Transaction) throws {
        let beat = try nextBeat(behind: max(due, transaction.time), transaction)
        let timer = Timer(kind: Self.send, id: "", due: beat)
        guard try transaction.keys(Timers.self, prefix: timer.key, atMost: 1).first != timer.key else { return }
        transaction.setTimer(timer.kind, timer.id, at: timer.due)
    }

    /// A beat behind this time that was not yet, whatever is read late: what a timer emits is known by the timer's
    /// time, so that none may fire twice.
    func nextBeat(behind time: Timestamp, _ transaction: Transaction) throws -> Timestamp {
        NoticePlan.beat(behind: max(time, try Sendings.lastBeat(transaction) ?? time))
    }

    /// Hands over what is due, channel by channel: orders first.
    func sendDue(_ transaction: Transaction) throws {
        try Sendings.note(beat: transaction.time, transaction)
        var left = settings.stepLimit
        for channel in try Sendings.channels(transaction) {
            let onTheirWay = try transaction.keys(
                Sendings.self, prefix: Sendings.onTheirWay(channel), atMost: settings.window)
            let before = left
            var room = settings.window - onTheirWay.count
            for queue in Sendings.Queue.allCases {
                var last: String?
                while try sendSome(channel, queue, behind: &last, &room, &left, transaction) {}
            }
            if left < before {
                transaction.setTimer(Self.overdue, channel, at: transaction.time + settings.callLimit)
            }
        }
        // What is behind this step's limit.
        if left <= 0 { try arm(at: transaction.time, transaction) }
    }

    /// - Parameters:
    ///   - last: the key that was looked at last: those before it are not gone through again.
    ///   - room: how many may go out over the channel.
    ///   - left: how many of this step may be looked at.
    /// - Returns: whether there may be more that are due and can go out.
    private func sendSome(
        _ channel: String, _ queue: Sendings.Queue, behind last: inout String?, _ room: inout Int, _ left: inout Int,
        _ transaction: Transaction
    ) throws -> Bool {
        let limit = min(room, left)
        guard limit > 0 else { return false }
        let prefix = Sendings.waiting(channel, queue)
        let keys = try transaction.keys(Sendings.self, prefix: prefix, after: last, atMost: limit)
        last = keys.last
        for key in keys {
            let (due, rowKey) = Sendings.parse(key, behind: prefix) ?? (0, "")
            guard due <= transaction.time.milliseconds else { return false }
            left -= 1
            transaction.delete(Sendings.self, key)
            if try sendOne(rowKey, from: key, transaction) { room -= 1 }
        }
        return keys.count == limit
    }

    /// One whose row cannot be read is passed over, and looked at again by a timer of its own: it holds up nobody.
    /// - Parameter key: where it waited, or was on its way.
    /// - Returns: whether it is on its way.
    private func sendOne(_ rowKey: String, from key: String, _ transaction: Transaction) throws -> Bool {
        do { return try handOver(rowKey, from: key, transaction) } catch is RowError {
            transaction.setTimer(Self.lookAgain, rowKey, at: transaction.time + Self.lookAgainAfter)
            return false
        }
    }

    /// A notice that was passed over is told, if its rows can be read again and nothing else has come of it.
    func lookAgain(_ rowKey: String, _ transaction: Transaction) throws {
        guard let place = NoticePlace(rowKey: rowKey), var notice = try transaction.row(Notices.self, rowKey),
            try transaction.row(Contacts.self, place.user.text) != nil, let key = Sendings.key(place, notice),
            try transaction.keys(Sendings.self, prefix: key, atMost: 1).first != key
        else { return }
        try wait(place, &notice, due: transaction.time, transaction)
    }

    private func handOver(_ rowKey: String, from key: String, _ transaction: Transaction) throws -> Bool {
        // Where a row could not be read when it was forgotten, another one has its place by now.
        guard let place = NoticePlace(rowKey: rowKey), var notice = try transaction.row(Notices.self, rowKey),
            Sendings.key(place, notice) == key,
            let contact = try transaction.row(Contacts.self, place.user.text)?.contact
        else { return false }
        notice.due = nil
        guard transaction.time < notice.end else {
            fail(place, &notice, notice.tries > 0 ? .unavailable : .tooLate, transaction)
            return false
        }
        let opens = plan.opens(notice, contact, at: transaction.time)
        guard opens <= transaction.time else {
            // Nothing has come of its call: whoever has that still is not to tell it in between.
            if notice.state == .sent { callOff(place, notice, transaction) }
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
        (notice.state, notice.due) = (.sent, min(transaction.time + settings.callLimit, .last))
        notice.attempt += 1
        put(place, notice, transaction)
        transaction.call(
            NoticeCall(
                partition: transaction.partition, key: place.key(notice), attempt: notice.attempt,
                address: channel.address, language: contact.language, kind: notice.kind, facts: notice.facts,
                end: notice.end, notBehind: plan.closes(notice, contact, at: transaction.time)))
        return true
    }

    /// Nothing has come of calls: the process has ended before they were made, or before their answers were written.
    func sendAgain(_ channel: String, _ transaction: Transaction) throws {
        let prefix = Sendings.onTheirWay(channel)
        var count = 0
        for key in try transaction.keys(Sendings.self, prefix: prefix, atMost: settings.stepLimit) {
            let (until, rowKey) = Sendings.parse(key, behind: prefix) ?? (0, "")
            guard until <= transaction.time.milliseconds else { break }
            count += 1
            transaction.count(Self.unanswered)
            transaction.delete(Sendings.self, key)
            _ = try sendOne(rowKey, from: key, transaction)
        }
        guard count > 0 else { return }
        transaction.setTimer(Self.overdue, channel, at: transaction.time + settings.callLimit)
        // More than a step has are handed over by the next one.
        if count == settings.stepLimit {
            transaction.setTimer(Self.overdue, channel, at: NoticePlan.beat(behind: transaction.time))
        }
        try useRoom(channel, transaction)
    }

    /// Whatever is planned or on its way of a notice is not any more: an answer that still comes says nothing.
    func take(_ place: NoticePlace, _ notice: inout Notice, off transaction: Transaction) throws {
        clearTimer(place, &notice, transaction)
        let isOnItsWay = notice.state == .sent
        endSending(place, &notice, transaction)
        guard isOnItsWay else { return }
        callOff(place, notice, transaction)
        try useRoom(notice.channel, transaction)
    }

    private func callOff(_ place: NoticePlace, _ notice: Notice, _ transaction: Transaction) {
        transaction.call(NoticeCallEnd(partition: transaction.partition, key: place.key(notice)))
    }

    /// There is room on a channel: what waits longest for its turn has it, at its time: that may lie ahead by Kafka's
    /// clock, and be over by ours.
    func useRoom(_ channel: String, _ transaction: Transaction) throws {
        for queue in Sendings.Queue.allCases {
            let prefix = Sendings.waiting(channel, queue)
            guard let key = try transaction.keys(Sendings.self, prefix: prefix, atMost: 1).first else { continue }
            try arm(at: Timestamp(milliseconds: Sendings.parse(key, behind: prefix)?.due ?? 0), transaction)
        }
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

    /// Nothing more is done about it, and some time later it is forgotten: what could not be told of an order not
    /// before its end, since a new contact would be told of it. A customer's are few, and give way to new ones.
    func close(_ place: NoticePlace, _ notice: inout Notice, _ state: Notice.State, _ transaction: Transaction) {
        clearTimer(place, &notice, transaction)
        (notice.state, notice.isFinished) = (state, true)
        let kept = transaction.time + settings.kept
        let isOwed = state == .failed && notice.kind.isUrgent
        setTimer(place, &notice, at: isOwed ? max(kept, notice.end) : kept, transaction)
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
