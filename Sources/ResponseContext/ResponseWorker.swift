package import Contracts
package import Workers

/// Decides who was asked and what they answered.
package struct ResponseWorker: Worker {
    package static let context = Context.response
    package static let summary = "who was asked and what they answered"
    package static let commands = Topic.responseCommands
    package static let inputs: [Topic] = [.drEvents, .userEvents, .kepcoEvents]
    package static let outputs: [Topic] = [.responseEvents, .responseInternal]
    package static var tables: [any Table.Type] {
        [
            Customers.self, Orders.self, OrdersByTime.self, EarlyEndings.self, Responses.self, WaitingAnswers.self,
        ]
    }

    /// What its timers are for.
    enum TimerKind {
        /// The next step on an order's list. The id is the order's.
        static let list = "list"
        /// An answer has waited long enough. The id is its key.
        static let answer = "patience"
        /// A customer is put on further lists. The id is the customer's, a slash, and the last list's key.
        static let enlist = "enlist"
    }

    let settings: ResponseSettings

    package init(settings: ResponseSettings = .init()) { self.settings = settings }

    package var handlers: [Handler] {
        [
            Handler(Accept.self, home: \.choice.id.user.text) { try choose(.accept, $0.choice, $1) },
            Handler(Deny.self, home: \.choice.id.user.text) { try choose(.deny, $0.choice, $1) },
            Handler(MakeList.self, home: Self.nowhere) { try makeList($0, $1) },
            // A partition has passed the end when it has read the answers that lay in its commands by then. Of the
            // others it hears in the topic to which they forward answers, behind these; an earlier version forwards to
            // the commands.
            Handler(SaveList.self, home: Self.nowhere, waits: { $0.passedBy == nil || $1.areCommandsMixed }, saveList),
            Handler(DRStarted.self, home: Self.nowhere) { try started($0, $1) },
            Handler(DREnded.self, home: Self.nowhere) { try ended($0, $1) },
            Handler(UserRegistered.self, home: \.user.id.text) { try learn($0.user, isRegistration: true, $1) },
            Handler(UserUpdated.self, home: \.user.id.text) { try learn($0.user, isRegistration: false, $1) },
            Handler(ReductionOutcome.self, home: \.user.text) { try refute($0, $1) },
        ]
    }

    /// The home of what is handled where it is read.
    private static func nowhere(_ message: some Message) -> String? { nil }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        switch timer.kind {
        case TimerKind.list: try step(OrderID(text: timer.id), transaction)
        case TimerKind.answer: try reconsider(timer.id, isDue: true, transaction)
        case TimerKind.enlist: try enlistFurther(timer.id, transaction)
        default: break
        }
    }

    // One record becomes one for each partition, which continues by itself. What this partition knows already has been
    // sent to all of them: a repeated record does not become more of them.

    private func started(_ started: DRStarted, _ transaction: Transaction) throws {
        if let contradiction = started.contradiction { throw Rejection.refused(contradiction) }
        if let order = try transaction.row(Orders.self, started.id.text) {
            guard order.startsAt == started.startsAt, order.plannedEnd == started.endsAt else {
                throw Rejection.conflict(
                    "order \(started.id) was already announced, \(times(order.startsAt, order.plannedEnd)), and not "
                        + times(started.startsAt, started.endsAt))
            }
            return
        }
        let list = MakeList(
            order: started.id, announcedAt: transaction.time, startsAt: started.startsAt, endsAt: started.endsAt)
        for partition in 0..<transaction.partitions { transaction.send(list, key: started.id.text, to: partition) }
    }

    private func ended(_ ended: DREnded, _ transaction: Transaction) throws {
        if let contradiction = ended.contradiction { throw Rejection.refused(contradiction) }
        let key = ended.id.text
        let known = try transaction.row(Orders.self, key)?.ending ?? transaction.row(EarlyEndings.self, key)
        if let known {
            guard known.endedAt == ended.endsAt else {
                throw Rejection.conflict(
                    "order \(key) has already ended, at \(known.endedAt) and not at \(ended.endsAt)")
            }
            return
        }
        let list = SaveList(order: ended.id, startsAt: ended.startsAt, endsAt: ended.endsAt)
        for partition in 0..<transaction.partitions { transaction.send(list, key: key, to: partition) }
    }

    private func times(_ start: Timestamp, _ end: Timestamp?) -> String {
        "from \(start) " + (end.map { "to \($0)" } ?? "without an end")
    }

    /// An accept that was not real becomes a deny.
    private func refute(_ outcome: ReductionOutcome, _ transaction: Transaction) throws {
        if let contradiction = outcome.contradiction { throw Rejection.refused(contradiction) }
        let id = ResponseID(outcome.order, outcome.user)
        guard var response = try transaction.row(Responses.self, Responses.key(id)) else {
            throw Rejection.notFound("there is no response \(id) to check")
        }
        guard response.isSaved else {
            throw Rejection.conflict("response \(id) was checked before its list was saved")
        }
        // Only accepts are checked: of others it says nothing.
        guard outcome.answer == .accept, !outcome.isReal, response.refute() else { return }
        transaction.put(Responses.self, Responses.key(id), response)
        transaction.emit(DenyChosen(response.entry(id)), key: id.user.text)
    }
}
