import Synchronization

/// Set once, by any thread.
package final class StopSignal: Sendable {
    private let flag = Atomic(false)
    package init() {}
    package var isSet: Bool { flag.load(ordering: .acquiring) }
    package func set() { flag.store(true, ordering: .releasing) }
}
