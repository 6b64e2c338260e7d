import Contracts
import Daemon
import HTTP
import Kafka
import Synchronization
import Telemetry
import Views

/// Sends commands to Kafka and waits for what comes of them: for the acknowledgement, which says that none is lost, and for the row or the
/// dead letter that the view finds. It decides nothing.
final class Commander: Sendable {
    struct Settings: Sendable {
        /// Commands whose outcome somebody waits for, or which Kafka has not acknowledged.
        var inFlight = 1000
        /// Commands that are known to be on their way though nobody waits for them.
        var remembered = 10_000
        var memory = Duration.seconds(60)
        var breaker = Breaker.Settings()
    }

    /// Whoever waits for a command's outcome.
    struct Waiter: Sendable {
        var deadline: ContinuousClock.Instant
        /// Whether the acknowledgement is enough.
        var isAsync: Bool
        /// Whether the same command may have been sent before, by whoever: a refusal of it is no answer as long as the row that the
        /// first one wrote may not have been read.
        var isKeyed: Bool
        /// What to answer once the outcome is known.
        var answer: @Sendable (ShownOutcome, Queries) throws -> HTTPResponse
        /// And where nothing is known yet: it is on its way.
        var accepted: @Sendable () -> HTTPResponse
        var send: @Sendable (HTTPResponse) -> Void
    }

    /// Whether a command has been taken.
    enum Taken {
        case sent
        /// The same command is on its way, with this body.
        case underway(body: String)
        case refused(Problem)
    }

    private struct Pending: SentCommand {
        let actor: String
        let type: MessageType
        let body: String
        let sentAt: ContinuousClock.Instant
        var isAcknowledged = false
        var isOverdue = false
        var waiter: Waiter?
        /// When its refusal was seen, where that may not be all.
        var doubtedAt: Int64?

        var isInFlight: Bool { waiter != nil || !isAcknowledged }
    }

    private struct State {
        var breaker: Breaker
        var pending = CommandsUnderway<Pending>()
        /// What the producer has not said anything of yet, also where the view has shown what came of it.
        var tokens: [UInt64: (id: CommandID, sentAt: ContinuousClock.Instant)] = [:]
        var lastToken: UInt64 = 0
        var inFlight = 0
    }

    let settings: Settings
    private let state: Mutex<State>
    private let view: View
    private let readers: ViewReaders<Queries>
    private let log: Logger
    private let bell: Bell
    private let producer: CommandProducer
    private let refused: Counter
    private let transitions: Counter
    /// Records that the view had applied when it was last looked at.
    private let looked = Atomic<Int64>(-1)

    init(
        _ settings: Settings, _ view: View, _ readers: ViewReaders<Queries>, bell: Bell, log: Logger,
        metrics: MetricsRegistry
    ) {
        (self.settings, self.view, self.readers, self.bell, self.log) = (settings, view, readers, bell, log)
        producer = CommandProducer(log)
        state = Mutex(State(breaker: Breaker(settings.breaker, at: .now)))
        refused = metrics.counter(
            "negawatt_gateway_commands_refused_total",
            "Commands that were answered 503: Kafka takes none, or too many wait.")
        transitions = metrics.counter(
            "negawatt_gateway_circuit_changes_total", "How often the circuit breaker toward Kafka changed its state.")
        metrics.gauge("negawatt_gateway_circuit_open", "Whether commands are refused since Kafka takes none.") {
            [self] in
            status.state == .closed ? 0 : 1
        }
        metrics.gauge("negawatt_gateway_commands_in_flight", "Commands whose outcome is waited for.") { [self] in
            Double(status.inFlight)
        }
    }

    private static let doubt = Duration.milliseconds(20)

    func start(_ properties: [String: String]) throws(KafkaError) {
        // Whoever waits for longer is told that nobody knows.
        let properties = ["message.timeout.ms": "5000"].merging(properties) { $1 }
        try producer.start(properties) { [self] token, acknowledgement in acknowledged(token, acknowledgement) }
    }

    /// Takes no more, waits a little for the acknowledgements of what is on its way, and tells whoever still waits where to ask.
    func stop() {
        producer.stop()
        let waiters = state.withLock { state in
            let waiters = state.pending.inFlight.values.compactMap(\.waiter)
            for id in state.pending.inFlight.keys { state.pending[id]?.waiter = nil }
            state.inFlight = 0
            return waiters
        }
        for waiter in waiters { waiter.send(waiter.accepted()) }
    }

    var status: (state: Breaker.State, since: ContinuousClock.Instant, inFlight: Int) {
        state.withLock { ($0.breaker.state, $0.breaker.since, $0.inFlight) }
    }

    /// Whether a command is on its way, as far as this gateway knows.
    func isUnderway(_ id: CommandID) -> (actor: String, type: MessageType)? {
        state.withLock { state in state.pending[id].map { ($0.actor, $0.type) } }
    }

    // MARK: Sending

    func send(_ command: Command, _ waiter: Waiter) -> Taken {
        let now = ContinuousClock.now
        let token: Result<UInt64, Stop> = state.withLock { state in
            if let pending = state.pending[command.id] { return .failure(.underway(body: pending.body)) }
            guard state.inFlight < settings.inFlight else { return .failure(.busy) }
            if state.inFlight > settings.inFlight / 2 {
                // Then one cannot have it all: operators are let through beside whoever sends the most.
                let own = state.pending.inFlight.values.count { $0.isInFlight && $0.actor == command.actor }
                guard own < settings.inFlight / 2 else { return .failure(.busy) }
            }
            let before = state.breaker.state
            if case .refuse(let pause) = state.breaker.admit(at: now) { return .failure(.open(pause)) }
            if state.breaker.state != before { tell(state.breaker.state, "one command is the probe") }
            state.lastToken += 1
            state.pending[command.id] = Pending(
                actor: command.actor, type: command.type, body: command.body, sentAt: now, waiter: waiter)
            state.tokens[state.lastToken] = (command.id, now)
            state.inFlight += 1
            return .success(state.lastToken)
        }
        switch token {
        case .failure(.underway(let body)): return .underway(body: body)
        case .failure(.busy):
            refused.increment()
            return .refused(busy)
        case .failure(.open(let pause)):
            refused.increment()
            return .refused(Self.unavailable(pause))
        case .success(let token):
            do throws(KafkaError) {
                try producer.send(command, token)
                bell.ring()
                return .sent
            } catch {
                refused.increment()
                _ = settle(token, failedAt: now, error.reason)
                return .refused(
                    error.isTooLarge
                        ? Problem(413, "the command is larger than Kafka takes: it had no effect")
                        : Self.unavailable(.seconds(1)))
            }
        }
    }

    private enum Stop: Error {
        case underway(body: String)
        case busy
        case open(Duration)
    }

    private static func unavailable(_ pause: Duration) -> Problem {
        let seconds = max(1, pause.components.seconds + (pause.components.attoseconds > 0 ? 1 : 0))
        return Problem(
            503,
            "Kafka cannot be reached: the command had no effect; send it again, with the same Idempotency-Key if it had one",
            headers: [("Retry-After", "\(seconds)")])
    }

    /// Answers a command that has been refused, as far as is known, once it is known that it has not been done before.
    func doubt(_ id: CommandID, _ type: MessageType, body: String, by actor: String, _ waiter: Waiter) -> Taken {
        let taken: Taken = state.withLock { state in
            // What is known to have come to something is on its way no longer.
            if let pending = state.pending[id], pending.isInFlight { return .underway(body: pending.body) }
            guard state.inFlight < settings.inFlight else { return .refused(busy) }
            state.pending[id] = Pending(
                actor: actor, type: type, body: body, sentAt: .now, isAcknowledged: true, waiter: waiter,
                doubtedAt: Timestamp.current.milliseconds)
            state.inFlight += 1
            return .sent
        }
        view.hasten()
        bell.ring()
        return taken
    }

    private var busy: Problem {
        Problem(
            503,
            "\(settings.inFlight) commands are on their way already: send this one again in a moment; it had no effect",
            headers: [("Retry-After", "1")])
    }

    // MARK: What comes of them

    /// On the producer's thread.
    private func acknowledged(_ token: UInt64, _ acknowledgement: Acknowledgement) {
        let now = ContinuousClock.now
        switch acknowledgement {
        case .written:
            let waiter: Waiter? = state.withLock { state in
                guard let (id, sentAt) = state.tokens.removeValue(forKey: token) else { return nil }
                let found = state.pending[id].flatMap { $0.sentAt == sentAt ? $0 : nil }
                // One that was overdue has been counted.
                if found?.isOverdue != true { change(&state) { $0.acknowledged(sentAt: sentAt, at: now) } }
                guard var pending = found else { return nil }
                pending.isAcknowledged = true
                let isAsync = pending.waiter?.isAsync ?? false
                let waiter = isAsync ? pending.waiter : nil
                if isAsync { pending.waiter = nil }
                if !pending.isInFlight { state.inFlight -= 1 }
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
                state.inFlight -= 1
                return (waiter, isNowOpen)
            }
            if isNowOpen { producer.purge() }
            if let waiter { waiter.send(waiter.accepted()) }
        }
    }

    /// A command that is certainly not in Kafka is forgotten: the next one with its id is a first one.
    private func settle(_ token: UInt64, failedAt now: ContinuousClock.Instant, _ reason: String) -> Waiter? {
        let (waiter, isNowOpen): (Waiter?, Bool) = state.withLock { state in
            guard let (id, sentAt) = state.tokens.removeValue(forKey: token), let pending = state.pending[id],
                pending.sentAt == sentAt
            else { return (nil, false) }
            state.pending[id] = nil
            if pending.isInFlight { state.inFlight -= 1 }
            let isNowOpen = pending.isOverdue ? false : change(&state, reason) { $0.failed(sentAt: sentAt, at: now) }
            return (pending.waiter, isNowOpen)
        }
        if isNowOpen { producer.purge() }
        return waiter
    }

    /// Looks what the view has found, and at the clock. On the answers' thread, after each commit of the view and before the next deadline.
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
        let isRead: Void? = try? readers.read { queries, _ in
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

    /// Whether this is what has come of the command. With a key it may have been sent before: then the row of the first one stands in
    /// Kafka before the refusal of the second does, and yet the view may read it later. When the view is of a moment at which the refusal
    /// had been seen already, it has that row.
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
            guard let pending = state.pending.removeValue(forKey: id) else { return nil }
            // Its acknowledgement comes to nobody.
            if pending.isInFlight { state.inFlight -= 1 }
            return pending.waiter
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
                    state.inFlight -= 1
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

    @discardableResult
    private func change(
        _ state: inout State, _ reason: String = "Kafka acknowledges again", _ body: (inout Breaker) -> Bool
    ) -> Bool {
        guard body(&state.breaker) else { return false }
        tell(state.breaker.state, reason)
        return state.breaker.state == .open
    }

    private func tell(_ state: Breaker.State, _ reason: String) {
        transitions.increment()
        switch state {
        case .open: log.warning("circuit open: commands are refused until Kafka takes some again", ["reason": reason])
        case .halfOpen: log.info("circuit half-open", ["reason": reason])
        case .closed: log.info("circuit closed: commands are taken", ["reason": reason])
        }
    }
}
