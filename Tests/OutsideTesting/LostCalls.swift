import Daemon
package import Synchronization
package import Workers

/// Takes calls and makes none.
package final class LostCalls<Call: OutsideCall>: Outside {
    package let calls = Mutex<[Call]>([])
    /// How often all calls were given up.
    package let drops = Mutex(0)

    package init() {}

    package func make(_ calls: [any OutsideCall]) {
        let calls = calls.compactMap { $0 as? Call }
        self.calls.withLock { $0 += calls }
    }

    package func drop() { drops.withLock { $0 += 1 } }
}
