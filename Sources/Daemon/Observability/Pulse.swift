import Synchronization

/// When a thread was last at the top of its loop: one that hangs is known by that, whatever it hangs in. Any thread
/// reads.
package final class Pulse: Sendable {
    /// nil while it rests.
    private let beatAt = Mutex<ContinuousClock.Instant?>(.now)

    /// Of a thread that begins now.
    package init() {}

    /// Of the thread itself, as often as it comes round.
    package func beat() { beatAt.withLock { $0 = .now } }

    /// What the thread does now takes as long as it takes: it is not missed until it comes round again.
    package func rest() { beatAt.withLock { $0 = nil } }

    /// Time since the last beat; zero while the thread rests. Any thread.
    package var age: Duration { beatAt.withLock { $0 }.map { .now - $0 } ?? .zero }
}
