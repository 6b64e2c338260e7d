import Glibc

/// Looks again and again until it is so: for what another thread or process does, and nothing tells of. Pauses for as
/// long as looking takes, so that it has at most half of a core.
/// - Parameter log: its end tells why it was not so.
/// - Throws: `Trouble` when it is not so in time, and what looking throws.
package func eventually(
    _ what: @autoclosure () -> String, within time: Duration = Patience.usual, log: @autoclosure () -> String = "",
    _ isSo: () throws -> Bool
) throws {
    var looked = ContinuousClock.now
    let deadline = looked + time
    while try !isSo() {
        let now = ContinuousClock.now
        guard now < deadline else { throw Trouble("waited for \(what()) in vain\n\(log().suffix(3000))") }
        usleep(UInt32(min(max(now - looked, .milliseconds(2)), .seconds(1)) / .microseconds(1)))
        looked = .now
    }
}
