import Foundation

/// Where threads of a test hang until it lets them go. Any thread.
package final class Gate: @unchecked Sendable {
    // Guards `isOpen`, which is touched by nothing else.
    private let condition = NSCondition()
    private var isOpen: Bool

    package init(isOpen: Bool = true) { self.isOpen = isOpen }

    package func close() { condition.withLock { isOpen = false } }

    package func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }

    /// Waits for as long as it is closed.
    package func pass() { condition.withLock { while !isOpen { condition.wait() } } }
}
