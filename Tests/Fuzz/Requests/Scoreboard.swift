import Synchronization

/// What all lanes have come to.
final class Scoreboard: Sendable {
    struct Score {
        var requests = 0
        var mutated = 0
        /// By status.
        var answers: [Int: Int] = [:]
        /// Bytes that never became a request, left without an answer.
        var unanswered = 0
        /// Requests whose connection the gateway closed since this client was as slow as that.
        var slow = 0
    }

    private struct State {
        var score = Score()
        var next: Int
        var mayBeUnavailable = false
        var failure: String?
    }

    private let state: Mutex<State>
    private let wanted: Int
    private let began = ContinuousClock.now
    private let limit: Duration
    let seed: UInt64

    init(_ options: GatewayOptions) {
        (wanted, seed) = (options.requests, options.seed)
        limit = .seconds(60 * options.minutes)
        state = Mutex(State(next: options.first))
    }

    /// From 0 to 1, where there have been enough, or it has taken long enough.
    var progress: Double { max(Double(score.mutated) / Double(wanted), (.now - began) / limit) }

    /// The number of the next exchange; nil when there are enough.
    func next() -> Int? {
        let isLate = .now - began >= limit
        return state.withLock { state in
            guard !isLate, state.failure == nil, state.score.mutated < wanted else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func count(_ exchange: FuzzedExchange) {
        state.withLock { state in
            state.score.requests += exchange.requests
            state.score.mutated += exchange.mutated
        }
    }

    func count(_ answer: Answer) { state.withLock { $0.score.answers[answer.status, default: 0] += 1 } }

    func countUnanswered(_ isSo: Bool) { if isSo { state.withLock { $0.score.unanswered += 1 } } }

    func countSlow() { state.withLock { $0.score.slow += 1 } }

    func fail(_ exchange: FuzzedExchange, _ fault: Fault) {
        let again = "--seed \(seed) --from \(exchange.number) --requests 1"
        state.withLock { state in
            state.failure =
                state.failure
                ?? "\(fault)\n  \(again), gateway \(exchange.isOpen ? "open" : "with tokens")\n  sent: \(exchange.bytes.plain)"
        }
    }

    func fail(_ fault: Fault) { state.withLock { $0.failure = $0.failure ?? "\(fault)" } }

    var score: Score { state.withLock { $0.score } }
    var failure: String? { state.withLock { $0.failure } }

    /// While Kafka is away.
    var mayBeUnavailable: Bool {
        get { state.withLock { $0.mayBeUnavailable } }
        set { state.withLock { $0.mayBeUnavailable = newValue } }
    }
}
