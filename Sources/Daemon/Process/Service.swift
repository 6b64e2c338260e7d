import Glibc
import Synchronization
package import Telemetry
import Threads

/// Runs daemons and the like, each on a thread of its own, until a signal comes or one of them ends. A process has one,
/// and ends with it.
package final class Service: Sendable {
    /// Less than the 5 s that a supervisor was promised.
    private static let stopTimeout = Duration.milliseconds(4500)

    /// Of the process; parts add their fields.
    package let log: Logger
    private let signals: Signals
    private let running = Atomic(0)
    /// The end has been asked for: by a signal, or by the first daemon that ended.
    private let isEnding = Atomic(false)
    private let failure = Mutex<(any Error)?>(nil)

    /// Takes the signals, so it is to be made before any thread is.
    package init(log: Logger) {
        signals = Signals.block()
        self.log = log
    }

    /// - Parameters:
    ///   - onListening: receives a daemon's place in the list and its port; called on that daemon's thread.
    ///   - cleanUp: comes last, however this ends.
    /// - Throws: why the first daemon ended by itself. A stop that takes too long ends the process, with code 0:
    ///   nothing is lost.
    package func run(
        _ daemons: [any Serving], onListening: @escaping @Sendable (Int, UInt16) -> Void = { _, _ in },
        cleanUp: @escaping @Sendable () -> Void = {}
    ) throws {
        running.store(daemons.count, ordering: .relaxed)
        let threads = daemons.enumerated().map { index, daemon in
            Thread("loop") { self.work(daemon) { port in onListening(index, port) } }
        }
        signals.wait()
        isEnding.store(true, ordering: .releasing)
        for daemon in daemons { daemon.requestStop() }
        // Its thread stays behind when all ends well.
        _ = Thread("signals") { self.endAtSecondSignal(cleanUp) }
        let deadline = ContinuousClock.now + Self.stopTimeout
        while running.load(ordering: .acquiring) > 0 {
            guard .now < deadline else {
                log.warning(
                    "stopping takes too long: exiting now; nothing is lost, the next start replays a little more")
                cleanUp()
                _exit(0)
            }
            usleep(2000)
        }
        for thread in threads { thread.join() }
        cleanUp()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func work(_ daemon: any Serving, _ onListening: @escaping (UInt16) -> Void) {
        do {
            try daemon.run(onListening: onListening)
        } catch {
            log.error("ended", ["reason": "\(error)"])
            failure.withLock { if $0 == nil { $0 = error } }
        }
        running.subtract(1, ordering: .releasing)
        // Wakes the thread that waits for signals.
        if !isEnding.exchange(true, ordering: .acquiringAndReleasing) { kill(getpid(), SIGTERM) }
    }

    private func endAtSecondSignal(_ cleanUp: () -> Void) {
        // Of a daemon that ended while the first one came: not from outside.
        while signals.wait() == getpid() {}
        log.warning("stopped at once; nothing is lost, the next start replays a little more")
        cleanUp()
        _exit(0)
    }
}
