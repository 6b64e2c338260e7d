import Calls
import Contracts
import Daemon
import HTTP
import Kafka
import Synchronization
import Telemetry
import Views

/// What comes of commands that have been sent: acknowledgements, rows and dead letters that the view finds, or nothing
/// in time.
extension Commander {
    private static let doubt = Duration.milliseconds(20)

    /// On the producer's thread.
    func acknowledged(_ token: UInt64, _ acknowledgement: Acknowledgement) {
        let now = ContinuousClock.now
        switch acknowledgement {
        case .written:
            let waiter: Waiter? = state.withLock { state in
                guard let (id, sentAt) = state.tokens.removeValue(forKey: token) else { return nil }
                let found = state.pending[id].flatMap { $0.sentAt == sentAt ? $0 : nil }
                // One that was overdue has been counted.
                if found?.isOverdue != true { change(&state) { $0.succeeded(sentAt: sentAt, at: now) } }
                guard var pending = found else { return nil }
                pending.isAcknowledged = true
                let isAsync = pending.waiter?.isAsync ?? false
                let waiter = isAsync ? pending.waiter : nil
                if isAsync { pending.waiter = nil }
                state.pending[id] = pending
                return waiter
            }
            if let waiter { waiter.send(waiter.accepted()) }
        case .notWritten(let error):
            let waiter = settle(token, failedAt: now, error.reason)
            refused.increment()
            waiter?.send(Self.unavailable(.seconds(1)).response)
        case .unknown(let error):
            // It may be in Kafka, or may yet get there: whoever waits is told so, and where to ask.
            let (waiter, isNowOpen): (Waiter?, Bool) = state.withLock { state in
                guard let (id, sentAt) = state.tokens.removeValue(forKey: token), var pending = state.pending[id],
                    pending.sentAt == sentAt
                else { return (nil, false) }
                let isNowOpen =
                    pending.isOverdue ? false : change(&state, error.reason) { $0.failed(sentAt: sentAt, at: now) }
                let waiter = pending.waiter
                (pending.isAcknowledged, pending.waiter) = (true, nil)
                state.pending[id] = pending
                return (waiter, isNowOpen)
            }
            if isNowOpen { producer.purge() }
            if let waiter { waiter.send(waiter.accepted()) }
        }
    }

    /// A command that is certainly not in Kafka is forgotten: the next one with its id is a first one.
    func settle(_ token: UInt64, failedAt now: ContinuousClock.Instant, _ reason: String) -> Waiter? {
        let (waiter, isNowOpen): (Waiter?, Bool) = state.withLock { state in
            guard let (id, sentAt) = state.tokens.removeValue(forKey: token), let pending = state.pending[id],
                pending.sentAt == sentAt
            else { return (nil, false) }
            state.pending[id] = nil
            let isNowOpen = pending.isOverdue ? false : change(&state, reason) { $0.failed(sentAt: sentAt, at: now) }
            return (pending.waiter, isNowOpen)
        }
        if isNowOpen { producer.purge() }
        return waiter
    }

    /// Looks what the view has found, and at the clock. On the answers' thread, after each commit of the view and
    /// before the next deadline.
    /// - Returns: when to look again.
    func look(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        // First: what the view finds behind this is looked at again.
        let records = view.status.snapshot.records
        let isNew = records != looked.load(ordering: .relaxed)
        let waiting = state.withLock { state in
            // What has been sent before may be in the view already; other commands only when it has found something.
            state.pending.inFlight.compactMap { id, pending in
                pending.waiter.flatMap { isNew || $0.isKeyed ? id : nil }
            }
        }
        if waiting.isEmpty || answer(waiting) { looked.store(records, ordering: .relaxed) }
        return sweep(now)
    }

    /// - Returns: whether the view could be read.
    private func answer(_ ids: [CommandID]) -> Bool {
        let isRead: Void? = try? readers.read { queries in
            for id in ids {
                guard let outcome = try queries.outcome(id.description), isCertain(id, outcome), let waiter = take(id)
                else {
                    continue
                }
                do {
                    waiter.send(try waiter.answer(outcome, queries))
                } catch let problem as Problem {
                    waiter.send(problem.response)
                } catch {
                    // It is done, and cannot be shown now.
                    log.error(
                        "the outcome of a command cannot be read", ["command": id.description, "reason": "\(error)"])
                    waiter.send(waiter.accepted())
                }
            }
        }
        return isRead != nil
    }

    /// Whether this is what has come of the command. With a key it may have been sent before: then the row of the first
    /// one stands in Kafka before the refusal of the second does, and yet the view may read it later. When the view is
    /// of a moment at which the refusal had been seen already, it has that row.
    private func isCertain(_ id: CommandID, _ outcome: ShownOutcome) -> Bool {
        if outcome.isDone { return true }
        let isCertain = state.withLock { state -> Bool in
            guard let pending = state.pending[id], pending.waiter?.isKeyed == true else { return true }
            if let doubtedAt = pending.doubtedAt { return view.status.snapshot.asOf ?? 0 > doubtedAt }
            state.pending[id]?.doubtedAt = Timestamp.current.milliseconds
            return false
        }
        if !isCertain { view.hasten() }
        return isCertain
    }

    private func take(_ id: CommandID) -> Waiter? {
        state.withLock { state in
            // Its acknowledgement comes to nobody.
            state.pending.removeValue(forKey: id)?.waiter
        }
    }

    private func sweep(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        var late: [Waiter] = []
        var next: ContinuousClock.Instant?
        let isNowOpen = state.withLock { state in
            var isNowOpen = false
            for (id, pending) in state.pending.inFlight {
                if !pending.isAcknowledged, !pending.isOverdue {
                    let end = pending.sentAt + settings.breaker.slow
                    if end <= now {
                        state.pending[id]?.isOverdue = true
                        isNowOpen =
                            change(&state, "no acknowledgement") { $0.failed(sentAt: pending.sentAt, at: now) }
                            || isNowOpen
                    } else {
                        next = min(next ?? end, end)
                    }
                }
                guard let waiter = pending.waiter else { continue }
                // The view does not tell when its moment moves on.
                if pending.doubtedAt != nil { next = min(next ?? now + Self.doubt, now + Self.doubt) }
                if waiter.deadline > now {
                    next = min(next ?? waiter.deadline, waiter.deadline)
                } else if pending.isAcknowledged {
                    // Of what Kafka has not taken nothing is said before that is known.
                    state.pending[id]?.waiter = nil
                    late.append(waiter)
                }
            }
            // They are known from the view, if they have come to anything.
            state.pending.forget(before: now - settings.memory, limit: settings.remembered)
            return isNowOpen
        }
        if isNowOpen { producer.purge() }
        for waiter in late { waiter.send(waiter.accepted()) }
        return next
    }

    /// - Parameter reason: nil is an acknowledgement, late or not.
    @discardableResult
    private func change(
        _ state: inout State, _ reason: String? = nil, _ body: (inout CircuitBreaker) -> Bool
    ) -> Bool {
        guard body(&state.breaker) else { return false }
        let acknowledged =
            state.breaker.state == .open ? "Kafka's acknowledgements are late" : "Kafka acknowledges again"
        tell(state.breaker.state, reason ?? acknowledged)
        return state.breaker.state == .open
    }

    func tell(_ state: CircuitBreaker.State, _ reason: String) {
        transitions.increment()
        switch state {
        case .open: log.warning("circuit open: commands are refused until Kafka takes them again", ["reason": reason])
        case .halfOpen: log.info("circuit half-open", ["reason": reason])
        case .closed: log.info("circuit closed: commands are taken", ["reason": reason])
        }
    }
}
