package import Contracts
package import Workers

/// Decides who was asked and what they answered.
package struct ResponseWorker: Worker {
    package static let context = Context.response
    package static let summary = "who was asked and what they answered"
    package static let commands = Topic.responseCommands
    package static let inputs: [Topic] = [.drEvents, .userEvents, .kepcoEvents]
    package static let outputs: [Topic] = [.responseEvents, .responseInternal]
    package static let counters = [sweptLists, sweptEndings, sweptCustomers]
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
        /// A customer is put on further lists, or taken off. The id is the customer's, a slash, and the last list's
        /// key.
        static let review = "enlist"
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
            Handler(ChangeList.self, home: Self.nowhere, changeList),
            Handler(CancelList.self, home: Self.nowhere, cancelList),
            Handler(DRStarted.self, home: Self.nowhere, started),
            Handler(DRChanged.self, home: Self.nowhere, changed),
            Handler(DREnded.self, home: Self.nowhere, ended),
            Handler(DRCancelled.self, home: Self.nowhere, cancelled),
            Handler(UserRegistered.self, home: \.user.id.text) {
                try learn($0.user, at: $1.time, isRegistration: true, $1)
            },
            Handler(UserUpdated.self, home: \.user.id.text) {
                try learn($0.user, at: max($0.updatedAt ?? $1.time, $1.time), isRegistration: false, $1)
            },
            Handler(UserLeft.self, home: \.id.text, leave),
            Handler(ReductionOutcome.self, home: \.user.text) { try judge($0, $1) },
        ]
    }

    /// The home of what is handled where it is read.
    private static func nowhere(_ message: some Message) -> String? { nil }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        switch timer.kind {
        case TimerKind.list: try step(OrderID(text: timer.id), transaction)
        case TimerKind.answer: try reconsider(timer.id, isDue: true, transaction)
        case TimerKind.review: try reviewFurther(timer.id, transaction)
        case Sweep.timerKind: try transaction.sweep(timer.id, sweptParts)
        default: break
        }
    }

    /// An accept that was not real becomes a deny, and an accept again where a correction finds that it was.
    private func judge(_ outcome: ReductionOutcome, _ transaction: Transaction) throws {
        if let contradiction = outcome.contradiction { throw Rejection.refused(contradiction) }
        let id = ResponseID(outcome.order, outcome.user)
        guard var response = try transaction.row(Responses.self, Responses.key(id)) else {
            throw Rejection.notFound("there is no response \(id) to check")
        }
        guard response.isSaved else {
            throw Rejection.conflict("response \(id) was checked before its list was saved")
        }
        guard !response.isCancelled else {
            throw Rejection.conflict("response \(id) was cancelled: there is nothing to check")
        }
        // Only accepts are checked: of others it says nothing.
        guard outcome.answer == .accept else { return }
        let before = response
        guard response.note(outcome.version) else {
            throw Rejection.conflict(
                "version \(outcome.version) of the check of response \(id) is not newer than version "
                    + "\(before.checkVersion ?? 1), which has been taken")
        }
        let isOther = response.judge(isReal: outcome.isReal)
        if response != before { transaction.put(Responses.self, Responses.key(id), response) }
        guard isOther else { return }
        if response.answer == .accept {
            transaction.emit(AcceptChosen(response.entry(id)), key: id.user.text)
        } else {
            transaction.emit(DenyChosen(response.entry(id)), key: id.user.text)
        }
    }
}
