import Synchronization

/// Makes calls on a thread of its own, one after the other, for someone who waits for each with a limit. A call that
/// does not end in time is left behind there: what it uses has to live as long as the call does.
package final class CallThread: Sendable {
    private enum State {
        case idle
        case calling(@Sendable () -> Void)
        case ending
    }

    /// What the two threads share, for as long as one of them needs it.
    private final class Desk: Sendable {
        let state = Mutex(State.idle)
        let (called, returned) = (Bell(), Bell())

        func work() {
            while true {
                called.wait()
                switch state.withLock({ $0 }) {
                case .idle: continue
                case .calling(let call): call()
                case .ending: return
                }
                let isAwaited = state.withLock { state in
                    guard case .calling = state else { return false }
                    state = .idle
                    return true
                }
                guard isAwaited else { return }
                returned.ring()
            }
        }
    }

    private final class Answer<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }

    private let desk = Desk()

    package init(_ name: String) {
        _ = Thread(name) { [desk] in desk.work() }
    }

    deinit { end() }

    /// Makes a call and waits for its answer. One thread at a time.
    /// - Returns: nil where it has not ended in time, and from then on: the call is left behind, and the thread ends
    ///   with it.
    package func run<Value: Sendable>(atMost limit: Duration, _ call: @escaping @Sendable () -> Value) -> Value? {
        let answer = Answer<Value>()
        let isTaken = desk.state.withLock { state in
            guard case .idle = state else { return false }
            state = .calling {
                let value = call()
                answer.value.withLock { $0 = value }
            }
            return true
        }
        guard isTaken else { return nil }
        desk.called.ring()
        guard desk.returned.wait(atMost: limit) else {
            end()
            return nil
        }
        return answer.value.withLock { $0 }
    }

    private func end() {
        desk.state.withLock { $0 = .ending }
        desk.called.ring()
    }
}
