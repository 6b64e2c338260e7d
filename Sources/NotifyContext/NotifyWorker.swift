package import Contracts
package import Workers

/// Decides who is told what and when, over which channel, and for how long.
package struct NotifyWorker: Worker {
    package static let context = Context.notify
    package static let summary = "who is told what, over which channel"
    package static let commands = Topic.notifyCommands
    package static let inputs: [Topic] = [.responseEvents, .kepcoEvents, .userEvents]
    package static let outputs: [Topic] = [.notifyEvents, .notifyInternal]
    /// Nobody is told of old orders.
    package static let newOnly = inputs
    /// What a receiver has said comes from the client alone.
    package static let hasMixedCommands = false
    package static var tables: [any Table.Type] { [Contacts.self, Notices.self, Sendings.self] }
    package static let counters = [accepted, delivered, seen, failed, unavailable, unanswered, fallenBack, unreachable]

    package static let gauges = [
        WorkerGauge(
            "notify_notices_late_seconds", "For how long the oldest notice that is due has waited for its turn.")
    ]

    static let accepted = WorkerCounter("notify_notices_accepted", "Notices that a receiver has taken.")
    static let delivered = WorkerCounter("notify_notices_delivered", "Notices that have reached their customers.")
    static let seen = WorkerCounter("notify_notices_seen", "Notices that customers have seen.")
    static let failed = WorkerCounter("notify_notices_failed", "Notices that are not told any more.")
    static let unavailable = WorkerCounter("notify_calls_unavailable", "Calls of notices that have come to nothing.")
    static let unanswered = WorkerCounter(
        "notify_calls_unanswered", "Notices that are handed over again, since nothing came of them.")
    static let fallenBack = WorkerCounter("notify_notices_fallen_back", "Notices that went over the next channel.")
    static let unreachable = WorkerCounter(
        "notify_notices_without_contact", "Events of customers of whom no contact is known.")

    /// The timer that hands over what is due. It has no id: one a beat.
    static let send = "send"
    /// The timer that hands over again what has had no answer, under its channel.
    static let overdue = "overdue"
    /// A notice's own timer, under its place: it goes over the next channel, or is forgotten.
    static let notice = "notice"

    let settings: NotifySettings
    let plan: NoticePlan

    package init(_ settings: NotifySettings = .init()) { (self.settings, plan) = (settings, NoticePlan(settings)) }

    package var handlers: [Handler] {
        [
            // First, since they come most often.
            Handler(NoticeAnswered.self, home: { $0.key.user.text }, take),
            Handler(ListMade.self, home: { $0.entry.id.user.text }, asked),
            Handler(ListChanged.self, home: { $0.entry.id.user.text }, changed),
            Handler(ListCancelled.self, home: { $0.entry.id.user.text }, withdrawn),
            Handler(ReductionOutcome.self, home: { $0.user.text }, checked),
            Handler(PointChanged.self, home: { $0.user.text }, pointsChanged),
            Handler(WithdrawalPaid.self, home: { $0.user.text }, paid),
            Handler(WithdrawalFailed.self, home: { $0.user.text }, unpaid),
            Handler(SetContact.self, home: { $0.user.text }, set),
            Handler(RemoveContact.self, home: { $0.user.text }, remove),
            Handler(ConfirmNotice.self, home: { $0.key.user.text }, confirm),
            Handler(AcknowledgeNotice.self, home: { $0.key.user.text }, acknowledge),
            Handler(UserLeft.self, home: { $0.id.text }, left),
        ]
    }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        switch timer.kind {
        case Self.send, Self.overdue:
            // What is due now is not what was due when the daemon went away: orders are over by now.
            guard transaction.now - NoticePlan.freshness < timer.due else {
                transaction.setTimer(timer.kind, timer.id, at: NoticePlan.beat(behind: transaction.now))
                return
            }
            if timer.kind == Self.send { try sendDue(transaction) } else { try sendAgain(timer.id, transaction) }
        case Self.notice:
            guard let place = NoticePlace(rowKey: timer.id) else { return }
            try goOn(place, timer, transaction)
        default: break
        }
    }

    /// For how long the oldest notice that is due has waited for its turn.
    package func measure(_ transaction: Transaction) throws -> [Int64] {
        var oldest = transaction.now.milliseconds
        for channel in try Sendings.channels(transaction) {
            for queue in Sendings.Queue.allCases {
                let prefix = Sendings.waiting(channel, queue)
                guard let key = try transaction.keys(Sendings.self, prefix: prefix, atMost: 1).first else { continue }
                oldest = min(oldest, Sendings.parse(waiting: key)?.due ?? oldest)
            }
        }
        return [(transaction.now.milliseconds - oldest) / 1000]
    }

    // MARK: Contacts

    private func set(_ set: SetContact, _ transaction: Transaction) throws {
        let (key, channels) = (set.user.text, set.contact.channels.map(\.name))
        guard channels.allSatisfy(settings.channels.contains) else {
            let known = settings.channels.isEmpty ? "none is set up" : settings.channels.joined(separator: ", ")
            throw Rejection.refused("field \"channels\" names a channel that there is not: \(known)")
        }
        guard Set(channels).count == channels.count else {
            throw Rejection.refused("field \"channels\" names a channel twice")
        }
        let known = try transaction.row(Contacts.self, key)
        transaction.emit(ContactSet(user: set.user, channels: channels), key: key)
        // Said twice is said once.
        if known?.contact == set.contact { return }
        transaction.put(Contacts.self, key, Contacts.Row(set.contact))
        guard known != nil else { return }
        // What has not been taken yet goes by the new one, from its first channel on.
        for place in try places(of: set.user, transaction) {
            guard var notice = try transaction.row(Notices.self, place.rowKey),
                notice.state == .waiting || notice.state == .sent
            else { continue }
            try take(place, &notice, off: transaction)
            try enter(place, &notice, 0, set.contact, transaction)
        }
    }

    private func remove(_ remove: RemoveContact, _ transaction: Transaction) throws {
        guard try forget(remove.user, transaction) else {
            throw Rejection.notFound("there is no contact of customer \(remove.user)")
        }
    }

    private func left(_ left: UserLeft, _ transaction: Transaction) throws { _ = try forget(left.id, transaction) }

    /// - Returns: whether anything was known.
    private func forget(_ user: UserID, _ transaction: Transaction) throws -> Bool {
        guard try transaction.row(Contacts.self, user.text) != nil else { return false }
        transaction.delete(Contacts.self, user.text)
        for place in try places(of: user, transaction) {
            guard var notice = try transaction.row(Notices.self, place.rowKey) else { continue }
            try take(place, &notice, off: transaction)
            transaction.delete(Notices.self, place.rowKey)
        }
        transaction.emit(ContactRemoved(user: user), key: user.text)
        return true
    }

    /// Of all notices of a customer.
    private func places(of user: UserID, _ transaction: Transaction) throws -> [NoticePlace] {
        try transaction.keys(Notices.self, prefix: "\(user.text)/", atMost: settings.customerLimit)
            .compactMap { NoticePlace(rowKey: $0) }
    }
}
