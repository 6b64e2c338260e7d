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
    package static var tables: [any Table.Type] { [Contacts.self, Notices.self, Sendings.self, Gone.self] }
    package static let counters = [
        accepted, delivered, seen, failed, unavailable, unanswered, fallenBack, unreachable, lateReceipts,
    ]

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

    static let lateReceipts = WorkerCounter(
        "notify_receipts_late", "Receipts of notices of which nothing is known any more.")

    /// The timer that hands over what is due. It has no id: one a beat.
    static let send = "send"
    /// The timer that hands over again what has had no answer, under its channel.
    static let overdue = "overdue"
    /// In place of these two where they fire late, under the same ids: the daemon was away, and what it is asked to do
    /// otherwise since comes first.
    static let resume = "resume"
    /// A notice's own timer, under its place: it goes over the next channel, is over, or is forgotten.
    static let notice = "notice"
    /// The timer with which a notice whose row could not be read, when it was its turn, is looked at again, under its
    /// place.
    static let lookAgain = "look"
    static let lookAgainAfter = Duration.seconds(60)

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
            Handler(ListSaved.self, home: { $0.entry.id.user.text }, ended),
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

    package func firesBehindCommands(_ timer: Timer) -> Bool { timer.kind == Self.resume }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        switch timer.kind {
        case Self.send, Self.overdue, Self.resume:
            // What is due now is not what was due when the daemon went away: orders are over by now.
            guard transaction.now - NoticePlan.freshness < timer.due else {
                let beat = try nextBeat(behind: transaction.now, transaction)
                transaction.setTimer(Self.resume, timer.id, at: beat)
                return
            }
            if timer.id.isEmpty { try sendDue(transaction) } else { try sendAgain(timer.id, transaction) }
        case Self.notice:
            guard let place = NoticePlace(rowKey: timer.id) else { return }
            try goOn(place, timer, transaction)
        case Self.lookAgain: try lookAgain(timer.id, transaction)
        case Gone.timer: try Gone.forget(timer, transaction)
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
                oldest = min(oldest, Sendings.parse(key, behind: prefix)?.due ?? oldest)
            }
        }
        return [(transaction.now.milliseconds - oldest) / 1000]
    }
}
