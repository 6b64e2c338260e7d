import Synchronization

/// When a thread was last at the top of its loop: one that hangs is known by that, whatever it hangs in. Any thread reads.
package final class Pulse: Sendable {
    private let beatAt = Mutex(ContinuousClock.now)

    package init() {}

    /// Of the thread itself, as often as it comes round.
    package func beat() { beatAt.withLock { $0 = .now } }

    package var age: Duration { .now - beatAt.withLock { $0 } }
}
