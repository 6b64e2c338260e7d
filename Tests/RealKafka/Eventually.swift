import Glibc

/// Looks again and again until it is so: for what another thread or process does, and nothing tells of.
/// - Throws: `Trouble` when it is not so in time, and what looking throws.
package func eventually(
    _ what: @autoclosure () -> String, within time: Duration = Patience.usual, _ isSo: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + time
    while try !isSo() {
        guard .now < deadline else { throw Trouble("waited for \(what()) in vain") }
        usleep(2000)
    }
}
