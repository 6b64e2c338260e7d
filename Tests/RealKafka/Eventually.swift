import Glibc

/// Looks again and again until it is so: for what another thread or process does, and nothing tells of.
/// - Parameter every: longer where looking costs.
/// - Throws: `Trouble` when it is not so in time, and what looking throws.
package func eventually(
    _ what: @autoclosure () -> String, within time: Duration = Patience.usual,
    every pause: Duration = .milliseconds(2), _ isSo: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + time
    while try !isSo() {
        guard .now < deadline else { throw Trouble("waited for \(what()) in vain") }
        usleep(UInt32(pause / .microseconds(1)))
    }
}
