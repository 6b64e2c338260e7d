import Calls
import Contracts
import Daemon
import HTTP
import Kafka
import Synchronization
import Telemetry
import Threads
import Views

/// Sends commands to Kafka and waits for what comes of them: for the acknowledgement, which says that none is lost, and
/// for the row or the dead letter that the view finds. It decides nothing.
final class Commander: Sendable {
    struct Settings: Sendable {
        /// Commands whose outcome somebody waits for, or which Kafka has not acknowledged.
        var inFlight = 1000
        /// Commands that are known to be on their way though nobody waits for them.
        var remembered = 10_000
        var memory = Duration.seconds(60)
        var breaker = CircuitBreaker.Settings()
    }

    /// Whoever waits for a command's outcome.
    struct Waiter: Sendable {
        var deadline: ContinuousClock.Instant
        /// Whether the acknowledgement is enough.
        var isAsync: Bool
        /// Whether the same command may have been sent before, by whoever: a refusal of it is no answer as long as the
        /// row that the first one wrote may not have been read.
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

    struct Pending: SentCommand {
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

    struct State {
        var breaker: CircuitBreaker
        var pending = CommandsUnderway<Pending>()
        /// What the producer has not said anything of yet, also where the view has shown what came of it.
        var tokens: [UInt64: (id: CommandID, sentAt: ContinuousClock.Instant)] = [:]
        var lastToken: UInt64 = 0
        var inFlight: Int { pending.inFlight.count }
    }

    let settings: Settings
    let state: Mutex<State>
    let view: View
    let readers: ViewReaders<Queries>
    let log: Logger
    private let bell: Bell
    let producer: CommandProducer
    let refused: Counter
    let transitions: Counter
    /// Records that the view had applied when it was last looked at.
    let looked = Atomic<Int64>(-1)

    init(
        _ settings: Settings, _ view: View, _ readers: ViewReaders<Queries>, bell: Bell, log: Logger,
        metrics: MetricsRegistry
    ) {
        (self.settings, self.view, self.readers, self.bell, self.log) = (settings, view, readers, bell, log)
        producer = CommandProducer(log)
        state = Mutex(State(breaker: CircuitBreaker(settings.breaker, at: .now)))
        refused = metrics.counter(
            "negawatt_gateway_commands_refused_total",
            "Commands answered with 503: Kafka takes none, or too many are in flight.")
        transitions = metrics.counter(
            "negawatt_gateway_circuit_changes_total", "State changes of the circuit breaker to Kafka.")
        metrics.gauge("negawatt_gateway_circuit_open", "1 while commands are refused because Kafka takes none.") {
            [self] in
            status.state == .closed ? 0 : 1
        }
        metrics.gauge("negawatt_gateway_commands_in_flight", "Commands waiting for their outcome.") { [self] in
            Double(status.inFlight)
        }
    }

    func start(_ properties: [String: String]) throws(KafkaError) {
        // Whoever waits for longer is told that nobody knows.
        let properties = ["message.timeout.ms": "5000"].merging(properties) { $1 }
        try producer.start(properties) { [self] token, acknowledgement in acknowledged(token, acknowledgement) }
    }

    /// Takes no more, waits a little for the acknowledgements of what is on its way, and tells whoever still waits
    /// where to ask.
    func stop() {
        producer.stop()
        let waiters = state.withLock { state in
            let waiters = state.pending.inFlight.values.compactMap(\.waiter)
            for id in state.pending.inFlight.keys { state.pending[id]?.waiter = nil }
            return waiters
        }
        for waiter in waiters { waiter.send(waiter.accepted()) }
    }

    var status: (state: CircuitBreaker.State, since: ContinuousClock.Instant, inFlight: Int) {
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
                let own = state.pending.inFlight.values.count { $0.actor == command.actor }
                guard own < settings.inFlight / 2 else { return .failure(.busy) }
            }
            let before = state.breaker.state
            if case .refuse(let pause) = state.breaker.admit(at: now) { return .failure(.open(pause)) }
            if state.breaker.state != before { tell(state.breaker.state, "one command is the probe") }
            state.lastToken += 1
            state.pending[command.id] = Pending(
                actor: command.actor, type: command.type, body: command.body, sentAt: now, waiter: waiter)
            state.tokens[state.lastToken] = (command.id, now)
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
                        ? Problem(413, "the command is larger than Kafka accepts: it had no effect")
                        : Self.unavailable(.seconds(1)))
            }
        }
    }

    private enum Stop: Error {
        case underway(body: String)
        case busy
        case open(Duration)
    }

    static func unavailable(_ pause: Duration) -> Problem {
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
            return .sent
        }
        view.hasten()
        bell.ring()
        return taken
    }

    private var busy: Problem {
        Problem(
            503,
            "\(settings.inFlight) commands are already in flight: send this one again in a moment; it had no effect",
            headers: [("Retry-After", "1")])
    }
}
