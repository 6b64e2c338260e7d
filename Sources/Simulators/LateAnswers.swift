import HTTP
import Synchronization
import Threads

/// Gives answers later, on a thread of its own: the server's thread waits for nobody.
final class LateAnswers: Sendable {
    private struct Waiting: Sendable {
        let due: ContinuousClock.Instant
        let exchange: HTTPExchange
        let response: HTTPResponse
    }

    private let waiting = Mutex<[Waiting]>([])
    private let bell = Bell()
    private let stopping = StopSignal()
    private let thread = Mutex<Thread?>(nil)

    init() { thread.withLock { $0 = Thread("late-answers") { [self] in run() } } }

    func add(_ exchange: HTTPExchange, _ response: HTTPResponse, after delay: Duration) {
        waiting.withLock { $0.append(Waiting(due: .now + delay, exchange: exchange, response: response)) }
        bell.ring()
    }

    /// Those that still wait are not given.
    func stop() {
        stopping.set()
        bell.ring()
        thread.withLock { $0 }?.join()
    }

    private func run() {
        while !stopping.isSet {
            let now = ContinuousClock.now
            let (due, next) = waiting.withLock { waiting in
                let due = waiting.filter { $0.due <= now }
                waiting.removeAll { $0.due <= now || $0.exchange.isGone }
                return (due, waiting.map(\.due).min())
            }
            for answer in due { answer.exchange.answer(answer.response) }
            bell.wait(atMost: next.map { $0 - .now } ?? .seconds(60))
        }
    }
}
